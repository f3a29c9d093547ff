#pragma once

#include "desired/compute.h"
#include "desired/find_or.h"

namespace evenkeel::desired {

// A server that says itself that it is down is as down as one that a check finds so.
inline Health health_of(const Inputs& inputs, const model::RealServerKey& key) {
  return find_or(inputs.feedback, key, Feedback{}).is_down ? Health::kDown
                                                           : find_or(inputs.health, key, Health::kUnknown);
}

}  // namespace evenkeel::desired
