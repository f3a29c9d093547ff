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
  std::map<std::string, RisingCount> known;
  std::map<std::string, std::string> exhausted;
  for (const auto& [label, count] : without_port) {
    const auto before = known_.find(label);
    RisingCount& service =
        known.emplace(label, before == known_.end() ? RisingCount(kEndsAfter) : before->second).first->second;
    const auto change = service.update(now, count);
    if (service.is_rising()) exhausted[label] = sentence_of(service.risen());
    if (change == RisingCount::Change::kBegins) changes.push_back({label, true, exhausted[label]});
    if (change == RisingCount::Change::kEnds) {
      changes.push_back(
          {label, false, fmt::format("no new connection has lacked a source port for {} s", kEndsAfter.count())});
    }
  }
  known_ = std::move(known);
  exhausted_ = std::move(exhausted);
  return changes;
}

}  // namespace evenkeel::daemon
