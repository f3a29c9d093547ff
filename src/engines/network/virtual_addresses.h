#pragma once
// Where virtual addresses belong and what has to be added and removed for it: pure decisions over the mirror.

#include <string>
#include <vector>

#include "base/result.h"
#include "desired/state.h"
#include "engines/network/mirror.h"
#include "engines/network/ownership.h"

namespace evenkeel::engines::network {

// The link for a virtual address: the one named; else the one where somebody else has put the address already; else
// the one with a network that contains it. An error says what to do. One whose interface is no longer there by name may
// all the same be on it, under its new name: see carrier().
Result<const Link*> place(const Mirror& mirror, const Ownership& ownership, const desired::VirtualAddress& address);

struct Placement {
  IpAddress address;
  uint32_t link_index = 0;
  auto operator<=>(const Placement&) const = default;
};

// The link that carries a virtual address, or is to: its place, or where an address of ours without a place is left.
const Link* carrier(const Mirror& mirror, const Ownership& ownership, const desired::VirtualAddress& address);

// A refused one: the address and the reason.
struct Misplacement {
  IpAddress address;
  std::string reason;
  std::string left_on;  // the interface that carries it all the same; empty: none
};

struct AddressPlan {
  std::vector<Placement> wanted;  // sorted
  std::vector<Placement> add;     // those of `wanted` that are not there, from whomever
  std::vector<Misplacement> refused;
};
AddressPlan plan_addresses(const Mirror& mirror, const Ownership& ownership,
                           const std::vector<desired::VirtualAddress>& want);

// Ours, and not wanted where they are. An address of which no place is present (`present`: those of `wanted` that
// really exist) but that is still wanted stays where it is: better there than nowhere.
std::vector<InterfaceAddress> plan_removals(const Mirror& mirror, const Ownership& ownership,
                                            const std::vector<desired::VirtualAddress>& want, const AddressPlan& plan);

bool is_ours(const Mirror& mirror, const Ownership& ownership, const InterfaceAddress& address);
std::set<OwnedAddress> owned_now(const Mirror& mirror, const Ownership& ownership);

}  // namespace evenkeel::engines::network
