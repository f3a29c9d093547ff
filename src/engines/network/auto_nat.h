#pragma once
// AutoNat: real servers reach the outside through the load balancer. One nftables table of our own, and forwarding
// turned on while it is wanted. Owned by the network engine; lives on the control loop.

#include <string>
#include <vector>

#include "desired/state.h"
#include "engines/engine.h"
#include "engines/network/forwarding.h"
#include "engines/network/nftables.h"

namespace evenkeel::engines::network {

// The table, in the words in which nft prints it.
std::string render_auto_nat(const desired::AutoNat& want);
// nft breaks and orders lists as it likes.
bool says_the_same(const std::string& printed, const std::string& rendered);

class AutoNat {
 public:
  // Both outlive it.
  AutoNat(Nftables& nftables, Forwarding& forwarding) : nftables_(nftables), forwarding_(forwarding) {}

  // Looks first, and touches only what differs: connections that are translated are not disturbed. Object: "auto_nat".
  std::vector<ObjectStatus> arrange(const desired::AutoNat& want);

 private:
  Result<> turn_on(const desired::AutoNat& want);
  Result<> turn_off();

  Nftables& nftables_;
  Forwarding& forwarding_;
  bool is_off_ = false;  // nothing of ours is there
};

}  // namespace evenkeel::engines::network
