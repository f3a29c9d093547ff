#pragma once
// From the configuration to what is to be checked, with every port resolved. Pure.

#include <optional>
#include <vector>

#include "health/monitor.h"
#include "model/configuration.h"

namespace evenkeel::daemon {

// One for each port of each check of each real server.
std::vector<health::Target> health_targets(const model::Configuration& configuration);
// The first of them that is this real server's: its main check. None: there is no such real server.
std::optional<health::Target> health_target(const model::Configuration& configuration, const model::RealServerKey& key);

}  // namespace evenkeel::daemon
