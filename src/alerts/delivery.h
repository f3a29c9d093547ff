#pragma once
// Sends one message, by libcurl: a mail by SMTP, or a POST. Blocks for up to kTimeout: for a thread of its own.

#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/alerts.h"

namespace evenkeel::alerts {

inline constexpr std::chrono::seconds kTimeout{30};  // of one attempt, all of it

struct Mail {
  std::string from;
  std::vector<std::string> to;
  std::string subject;  // shown in ASCII, on one line
  std::string text;
  std::string host;  // that sends it: greets the mail server with it
  WallTime at;
};

// The error says who refused what, in words, without secrets. `give_up`: ends it within a second.
Result<> send_mail(const model::EmailAlerts& server, const Mail& mail, const std::atomic<bool>& give_up);
// Any 2xx is a success. Redirects are not followed.
Result<> post(const model::WebhookAlerts& webhook, const boost::json::object& body, const std::atomic<bool>& give_up);

// "a@x, b@y" apart.
std::vector<std::string> split_addresses(const std::string& addresses);
// Where mails go, such as "smtp.example:587".
std::string place_of(const model::EmailAlerts& server);

}  // namespace evenkeel::alerts
