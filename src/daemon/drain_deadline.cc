#include "daemon/drain_deadline.h"

#include <algorithm>

namespace evenkeel::daemon {

bool has_deadline(const OperatorActions& said) {
  return std::ranges::any_of(said, [](const auto& entry) { return entry.second.deadline.has_value(); });
}

std::vector<model::OperatorAction> halts_due(const OperatorActions& said,
                                             const std::map<model::RealServerKey, observed::Counters>& counters,
                                             WallTime now) {
  std::vector<model::OperatorAction> halts;
  for (const auto& [key, action] : said) {
    if (action.state != model::OperatorState::kDrain || !action.deadline) continue;
    const auto counted = counters.find(key);
    const bool is_empty = counted != counters.end() && counted->second.active == 0 && counted->second.inactive == 0;
    if (!is_empty && now < *action.deadline) continue;
    halts.push_back({.key = key,
                     .state = model::OperatorState::kHalt,
                     .author = "drain deadline",
                     .reason = is_empty ? "no connection is left" : "the time to drain is over",
                     .at = now});
  }
  return halts;
}

}  // namespace evenkeel::daemon
