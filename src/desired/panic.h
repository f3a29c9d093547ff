#pragma once
// What happens when so few real servers are healthy that the last ones would be overrun. Pure.

#include "desired/compute.h"

namespace evenkeel::desired {

// Whether the healthy share of those real servers that the operator leaves in service is below the panic threshold, and
// there are some that fail their checks, to be used in spite of that. What is not checked yet may turn out to be
// healthy.
bool is_panic(const model::VirtualService& service, const Inputs& inputs);

// All of them take new connections, whatever their tiers and checks. The tier in force stays for afterwards.
void apply_panic(const model::VirtualService& service, const Inputs& inputs, VirtualService& result);

}  // namespace evenkeel::desired
