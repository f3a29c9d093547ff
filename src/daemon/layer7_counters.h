#pragma once
// What the proxy counts, in the form of what the data plane does: so that both have the same rates in the same places.

#include "engines/l4_xdp/engine.h"
#include "observed/layer7.h"

namespace evenkeel::daemon {

// Packets are none that the proxy would know of. Labels are unique over both layers.
void add_layer7(const observed::Layer7Report& report, engines::l4_xdp::L4Engine::Counters& counters);

}  // namespace evenkeel::daemon
