#include "alerts/channels.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <tuple>

#include "alerts/delivery.h"

namespace evenkeel::alerts {
namespace {

constexpr const char* kWebhook = "webhook";

}  // namespace

std::string Channel::name() const {
  if (is_webhook) return kWebhook;
  return fmt::format("e-mail from {} to {}", from, fmt::join(to, ", "));
}

std::string service_of(const std::string& object) {
  constexpr std::string_view kService = "virtual_service/";
  if (!object.starts_with(kService)) return {};
  const std::string label = object.substr(kService.size());
  return label.substr(0, label.find('/'));
}

Channels::Channels(const model::Configuration& configuration) : minimum_(configuration.alerts.minimum_severity) {
  const auto& [smarthost, from, to] =
      std::tie(configuration.alerts.email.smarthost, configuration.alerts.email.from, configuration.alerts.email.to);
  has_webhook_ = !configuration.alerts.webhook.url.empty();
  if (has_webhook_) channels_.emplace(kWebhook, Channel{.is_webhook = true});
  if (smarthost.empty()) return;
  mails_ = add_mails(from, to);
  for (const auto& service : configuration.virtual_services) {
    if (service.alert_to.empty() && service.alert_from.empty()) continue;
    mails_of_service_[service.label] = add_mails(service.alert_from.empty() ? from : service.alert_from,
                                                 service.alert_to.empty() ? to : service.alert_to);
  }
}

std::string Channels::add_mails(std::string from, const std::string& to) {
  Channel channel{.is_webhook = false, .from = std::move(from), .to = split_addresses(to)};
  if (channel.to.empty() || channel.from.empty()) return {};
  std::string name = channel.name();
  channels_.emplace(name, std::move(channel));
  return name;
}

std::vector<std::string> Channels::concerned(const observed::Event& event) const {
  if (observed::is_about_alerts(event.kind) || observed::severity_of(event.kind) < minimum_) return {};
  std::vector<std::string> names;
  if (has_webhook_) names.emplace_back(kWebhook);
  const auto own = mails_of_service_.find(service_of(event.object));
  const std::string& mails = own == mails_of_service_.end() ? mails_ : own->second;
  if (!mails.empty()) names.push_back(mails);
  return names;
}

}  // namespace evenkeel::alerts
