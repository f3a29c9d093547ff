#include "config/validate_alerts.h"

#include <algorithm>
#include <tuple>

namespace evenkeel::config {
namespace {

bool names_somebody(const model::Configuration& configuration) {
  return !configuration.alerts.email.to.empty() ||
         std::ranges::any_of(configuration.virtual_services,
                             [](const auto& service) { return !service.alert_to.empty(); });
}

}  // namespace

// Who sends a mail and to whom must be known before something happens.
std::vector<model::Problem> validate_alerts(const model::Configuration& configuration) {
  const auto& email = configuration.alerts.email;
  std::vector<model::Problem> problems;
  if (email.smarthost.empty()) return problems;
  if (!names_somebody(configuration)) {
    problems.push_back({"$.alerts.email.to", "there is a mail server, but nobody to send mails to",
                        "give the addresses of those who get alerts, or leave the smarthost out"});
  }
  if (email.from.empty()) {
    problems.push_back(
        {"$.alerts.email.from", "a mail needs a sender", "give an address such as evenkeel@print.example"});
  }
  if (email.login.empty() != email.password.empty()) {
    problems.push_back({email.login.empty() ? "$.alerts.email.login" : "$.alerts.email.password",
                        "a login needs a password, and a password a login", "give both or neither"});
  }
  return problems;
}

std::vector<model::Problem> lint_alerts(const model::Configuration& configuration) {
  const auto& [email, webhook] = std::tie(configuration.alerts.email, configuration.alerts.webhook);
  std::vector<model::Problem> warnings;
  if (email.smarthost.empty() && names_somebody(configuration)) {
    warnings.push_back(
        {"$.alerts.email.smarthost", "there is nobody who takes the mails: none are sent", "give the mail server"});
  }
  if (!email.login.empty() && email.security == model::MailSecurity::kNone) {
    warnings.push_back({"$.alerts.email.security", "login and password travel in clear text", "use starttls or tls"});
  }
  if (!webhook.bearer.empty() && webhook.url.starts_with("http://")) {
    warnings.push_back({"$.alerts.webhook.url", "the bearer key travels in clear text", "use https"});
  }
  return warnings;
}

}  // namespace evenkeel::config
