#include "daemon/syn_flood_alarm.h"

#include <fmt/format.h>

#include <ranges>
#include <set>
#include <utility>

#include "model/names.h"

namespace evenkeel::daemon {
namespace {

std::string sentence_of(const model::VirtualService& service, uint64_t half_open) {
  return fmt::format(
      "{} half-open connections, the limit is {}: a flood of SYNs, or a limit that is too low. What is "
      "done about it: syn_flood {}",
      half_open, service.half_open_limit, model::to_string(service.syn_flood));
}

}  // namespace

std::vector<SynFloodAlarm::Change> SynFloodAlarm::update(const model::Configuration& configuration,
                                                         const std::map<std::string, uint64_t>& half_open) {
  std::vector<Change> changes;
  std::map<std::string, std::string> flooded;
  for (const auto& service : configuration.virtual_services) {
    const auto found = half_open.find(service.label);
    const uint64_t count = found == half_open.end() ? 0 : found->second;
    const auto limit = static_cast<uint64_t>(service.half_open_limit);
    const bool was_flooded = flooded_.contains(service.label);
    const bool is_flooded = limit > 0 && (was_flooded ? count * 100 >= limit * kEndsAtPercent : count >= limit);
    if (is_flooded) flooded[service.label] = sentence_of(service, count);
    if (is_flooded == was_flooded) continue;
    changes.push_back({service.label, is_flooded,
                       is_flooded ? flooded[service.label]
                                  : fmt::format("{} half-open connections: the flood of SYNs is over", count)});
  }
  flooded_ = std::move(flooded);
  return changes;
}

}  // namespace evenkeel::daemon
