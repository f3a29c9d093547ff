#pragma once
// The addresses that layer 7 needs the load balancer to hold.

#include "desired/state.h"

namespace evenkeel::desired {

void add_layer7_addresses(const Layer7& layer7, Network& network);

}  // namespace evenkeel::desired
