#include "daemon/source_port_exhaustion.h"

#include <fmt/format.h>

#include <utility>

namespace evenkeel::daemon {
namespace {

std::string sentence_of(uint64_t packets) {
  return fmt::format(
      "new connections find no source port and are dropped ({} packets so far): add source addresses to the virtual "
      "service",
      packets);
}

}  // namespace

std::vector<SourcePortExhaustion::Change> SourcePortExhaustion::update(
    SteadyTime now, const std::map<std::string, uint64_t>& without_port) {
  std::vector<Change> changes;
  std::map<std::string, Known> known;
  std::map<std::string, std::string> exhausted;
  for (const auto& [label, count] : without_port) {
    const auto before = known_.find(label);
    Known& service = known[label];
    service = before == known_.end() ? Known{.last = count} : before->second;
    const uint64_t more = count > service.last ? count - service.last : 0;
    const bool was_exhausted = exhausted_.contains(label);
    service.last = count;
    if (more > 0) {
      service.last_rise = now;
      service.since_begin = was_exhausted ? service.since_begin + more : more;
    }
    if (more > 0 || (was_exhausted && now - service.last_rise < kEndsAfter)) {
      exhausted[label] = sentence_of(service.since_begin);
      if (!was_exhausted) changes.push_back({label, true, exhausted[label]});
    } else if (was_exhausted) {
      changes.push_back(
          {label, false, fmt::format("no new connection has lacked a source port for {} s", kEndsAfter.count())});
    }
  }
  known_ = std::move(known);
  exhausted_ = std::move(exhausted);
  return changes;
}

}  // namespace evenkeel::daemon
