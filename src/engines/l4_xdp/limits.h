#pragma once
// What of a desired state the data plane cannot take: limits of its maps and contradictions. Pure.

#include <vector>

#include "desired/state.h"
#include "engines/engine.h"

namespace evenkeel::engines::l4_xdp {

// One failed status per object that cannot be applied; the others can, all together.
std::vector<ObjectStatus> check_limits(const desired::Layer4& want);

}  // namespace evenkeel::engines::l4_xdp
