#pragma once
// Forwarding: whether the kernel passes on what real servers send through the load balancer. The data plane does not
// need it for the connections that it knows; everything else does.

#include <string>
#include <vector>

#include "base/result.h"
#include "desired/state.h"
#include "engines/engine.h"
#include "engines/network/kernel_settings.h"
#include "engines/network/mirror.h"
#include "engines/network/ownership.h"

namespace evenkeel::engines::network {

// What the administrator should know where the load balancer is a gateway: forwarding that is off, and a strict reverse
// path filter that drops what it should not. Changes nothing.
std::vector<ObjectStatus> forwarding_notices(const KernelSettings& settings, const Mirror& mirror,
                                             const Ownership& ownership, const desired::Network& want);

// Turns forwarding on while it is wanted, and puts back what it has found, also after a restart of the process: what
// was found is in a file before anything is changed.
class Forwarding {
 public:
  Forwarding(const KernelSettings& settings, const std::string& state_directory);

  Result<> turn_on(AddressFamily family);
  // Of settings that somebody has changed since it leaves its hands.
  Result<> restore(AddressFamily family);

 private:
  struct Found {
    std::string name;
    int value = 0;
  };
  Result<> remember() const;

  const KernelSettings& settings_;
  std::string path_;
  std::vector<Found> found_;  // in the order in which they have to be put back
};

}  // namespace evenkeel::engines::network
