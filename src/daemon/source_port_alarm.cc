#include "daemon/source_port_alarm.h"

#include <fmt/format.h>

namespace evenkeel::daemon {
namespace {

std::string sentence_of(const observed::SourcePorts& ports) {
  return fmt::format(
      "{} % of the source ports of {} for {} ({}) are in use: add source addresses to the virtual service",
      ports.used * 100 / observed::kSourcePorts, ports.source_address.to_string(), ports.destination.to_string(),
      ports.protocol);
}

}  // namespace

std::vector<SourcePortAlarm::Change> SourcePortAlarm::update(const std::vector<observed::SourcePorts>& counted) {
  std::map<model::RealServerKey, const observed::SourcePorts*> fullest;
  for (const auto& ports : counted) {
    for (const auto& key : ports.real_servers) {
      auto& most = fullest[key];
      if (most == nullptr || most->used < ports.used) most = &ports;
    }
  }
  std::vector<Change> changes;
  std::erase_if(scarce_, [&](const auto& known) {
    const auto found = fullest.find(known.first);
    if (found != fullest.end() && found->second->used >= kEnds) return false;
    changes.push_back({known.first, false, "enough source ports are free again"});
    return true;
  });
  for (const auto& [key, ports] : fullest) {
    const bool was_scarce = scarce_.contains(key);
    if (!was_scarce && ports->used < kBegins) continue;
    scarce_[key] = sentence_of(*ports);
    if (!was_scarce) changes.push_back({key, true, scarce_[key]});
  }
  return changes;
}

}  // namespace evenkeel::daemon
