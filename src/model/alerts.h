#pragma once
// Who is told what happens, and how often.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace evenkeel::model {

enum class Severity {
  kInformation,  // what people did, and what is only good to know
  kWarning,      // what will fail soon, or has already been made up for
  kProblem,      // something does not work; its end counts as one too
};

enum class MailSecurity { kNone, kStarttls, kTls };

struct EmailAlerts {
  std::string smarthost;         // takes the mails; a name or an address; empty: no mails
  std::optional<uint16_t> port;  // none: what the security has (25, 587, 465)
  MailSecurity security = MailSecurity::kStarttls;
  bool verify_certificate = true;
  std::string login;  // empty: none
  std::string password;
  std::string from;
  std::string to;  // addresses, separated by commas
  bool operator==(const EmailAlerts&) const = default;
};

struct WebhookAlerts {
  std::string url;     // empty: no webhook; its path may be a key: shown without
  std::string bearer;  // "Authorization: Bearer ..."; empty: none
  bool verify_certificate = true;
  bool operator==(const WebhookAlerts&) const = default;
};

struct Alerts {
  Severity minimum_severity = Severity::kWarning;
  std::chrono::seconds gather{5};      // 0..300; from the first event until it is told
  std::chrono::seconds interval{300};  // 0..86400; at least this between two messages
  EmailAlerts email;
  WebhookAlerts webhook;
  bool operator==(const Alerts&) const = default;
};

}  // namespace evenkeel::model
