#pragma once
// ARP flux: the kernel answers ARP on every interface for all addresses of its own, unless told otherwise. The lower
// device of a macvlan interface hears what is asked for the virtual addresses there, and answers with its own MAC
// address; what comes to that one is not balanced.

#include <vector>

#include "desired/state.h"
#include "engines/engine.h"
#include "engines/network/kernel_settings.h"
#include "engines/network/mirror.h"
#include "engines/network/ownership.h"

namespace evenkeel::engines::network {

// A notice for each such device. Changes nothing.
std::vector<ObjectStatus> arp_flux_notices(const KernelSettings& settings, const Mirror& mirror,
                                           const Ownership& ownership, const desired::Network& want);

}  // namespace evenkeel::engines::network
