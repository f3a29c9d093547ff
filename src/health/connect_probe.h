#pragma once
// A TCP check by what it needs alone, for those that are begun by the thousand.

#include <chrono>
#include <memory>

#include "health/probes.h"

namespace evenkeel::health {

std::shared_ptr<Probe> make_connect_probe(ProbeTools& tools, const Endpoint& server, std::chrono::milliseconds timeout);

}  // namespace evenkeel::health
