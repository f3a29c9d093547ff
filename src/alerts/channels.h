#pragma once
// Who is told of what: one channel for each group of people that gets the same mails, and one for the webhook. Pure.

#include <map>
#include <string>
#include <vector>

#include "model/configuration.h"
#include "observed/event.h"

namespace evenkeel::alerts {

struct Channel {
  bool is_webhook = false;
  std::string from = {};             // of mails
  std::vector<std::string> to = {};  // of mails

  std::string name()
      const;  // "webhook", "e-mail from a@print.example to b@print.example": its key, and what people see
  bool operator==(const Channel&) const = default;
};

class Channels {
 public:
  Channels() = default;
  explicit Channels(const model::Configuration& configuration);

  const std::map<std::string, Channel>& all() const { return channels_; }
  // The names of those that are told of this; none of what is not worth an alert.
  std::vector<std::string> concerned(const observed::Event& event) const;

 private:
  std::string add_mails(std::string from, const std::string& to);

  model::Severity minimum_ = model::Severity::kWarning;
  std::map<std::string, Channel> channels_;              // by name
  std::map<std::string, std::string> mails_of_service_;  // label -> name; only where they differ from all others'
  std::string mails_;                                    // name; empty: nobody
  bool has_webhook_ = false;
};

// The label of the virtual service that an event's object is, or belongs to; empty: none.
std::string service_of(const std::string& object);

}  // namespace evenkeel::alerts
