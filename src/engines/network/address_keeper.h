#pragma once
// AddressKeeper: makes the interfaces carry the wanted virtual addresses, announces them, and remembers which are ours.
// Owned by the network engine; lives on the control loop.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "desired/state.h"
#include "engines/engine.h"
#include "engines/network/announce.h"
#include "engines/network/mirror.h"
#include "engines/network/netlink.h"
#include "engines/network/ownership.h"
#include "engines/network/virtual_addresses.h"

namespace evenkeel::engines::network {

class AddressKeeper {
 public:
  // All outlive the keeper. It enters into the mirror what it has done itself.
  AddressKeeper(Mirror& mirror, NetlinkSocket& requests, const std::string& state_directory,
                std::unique_ptr<Announcer> announcer)
      : mirror_(mirror), requests_(requests), ownership_(state_directory), announcer_(std::move(announcer)) {}

  void want(std::vector<desired::VirtualAddress> addresses) { want_ = std::move(addresses); }
  // Adds and announces first, removes last. What is not plainly there is reported.
  std::vector<ObjectStatus> arrange();
  // Our addresses on a link that is back, or has another MAC.
  void announce_on(uint32_t link_index);

  void follow_rename(const std::string& from, const std::string& to) { ownership_.rename(from, to); }

  const std::vector<desired::VirtualAddress>& wanted() const { return want_; }
  const Ownership& ownership() const { return ownership_; }

 private:
  void add_addresses(const std::vector<Placement>& add, std::vector<ObjectStatus>& statuses);
  void remove_addresses(const std::vector<InterfaceAddress>& remove, std::vector<ObjectStatus>& statuses);
  void remember(std::set<OwnedAddress> owned, std::vector<ObjectStatus>& statuses);

  Mirror& mirror_;
  NetlinkSocket& requests_;
  Ownership ownership_;
  std::unique_ptr<Announcer> announcer_;
  std::vector<desired::VirtualAddress> want_;
};

}  // namespace evenkeel::engines::network
