#pragma once
// What to look at when a probe has failed. Pure.

#include <string>

#include "health/monitor.h"
#include "health/probe.h"

namespace evenkeel::health {

// One or two sentences for whoever has to mend it; empty after a success.
std::string advice(const Target& target, const ProbeResult& result);

}  // namespace evenkeel::health
