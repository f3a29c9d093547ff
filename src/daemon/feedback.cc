#include "daemon/feedback.h"

namespace evenkeel::daemon {
namespace {

using Contact = health::FeedbackStatus::Contact;

const char* word_for(const health::FeedbackStatus& status) {
  if (status.contact == Contact::kNone) return "unknown";
  if (status.contact == Contact::kSilent) return "silent";
  if (!status.said.is_up) return "down";
  switch (status.said.mode) {
    case health::AgentMode::kDrain:
      return "drain";
    case health::AgentMode::kMaint:
      return "maint";
    case health::AgentMode::kReady:
      break;
  }
  return "ready";
}

template <class Service>
void add_targets(const Service& service, std::vector<health::FeedbackTarget>& targets) {
  if (service.feedback.method == model::FeedbackMethod::kNone) return;
  const auto& check = service.health_check;
  for (const auto& server : service.real_servers) {
    targets.push_back({.key = {service.label, server.label},
                       .address = server.address,
                       .feedback = service.feedback,
                       .interval = check.interval,
                       .timeout = check.timeout,
                       .failure_count = check.failure_count});
  }
}

bool is_calm(const observed::Feedback& feedback) {
  return (feedback.state == "ready" && feedback.percent != 0) || feedback.state == "unknown";
}

}  // namespace

std::vector<health::FeedbackTarget> feedback_targets(const model::Configuration& configuration) {
  std::vector<health::FeedbackTarget> targets;
  for (const auto& service : configuration.virtual_services) add_targets(service, targets);
  for (const auto& service : configuration.layer7_services) add_targets(service, targets);
  return targets;
}

desired::Feedback to_desired(const health::FeedbackStatus& status) {
  return {.is_down = !status.said.is_up,
          .takes_new = status.said.mode == health::AgentMode::kReady,
          .percent = status.said.percent.value_or(desired::Feedback{}.percent)};
}

observed::Feedback to_observed(const health::FeedbackStatus& status) {
  return {word_for(status), status.said.percent, status.answer, status.reason};
}

bool is_event(const observed::Feedback& before, const observed::Feedback& after) {
  if (is_calm(before) && is_calm(after)) return false;
  return before.state != after.state || is_calm(before) != is_calm(after);
}

}  // namespace evenkeel::daemon
