#pragma once
// Which tiers of a virtual service's real servers are in force. A tier is the real servers of one priority; the lower
// the number, the more preferred. Pure.

#include <cstddef>
#include <map>

#include "model/virtual_service.h"

namespace evenkeel::desired {

struct Tiers {
  int first = 0;  // priority of the most preferred tier in force; 0: no real server is usable
  int last = 0;   // those in between are in force too
  bool contains(int priority) const { return first != 0 && first <= priority && priority <= last; }
};

// `usable`: how many real servers of each tier are; tiers without any are left out. `active` is the tier that took
// over before (0: none): without failback it stays first as long as it and the tiers after it suffice.
Tiers choose_tiers(const model::VirtualService& service, const std::map<int, size_t>& usable, int active);

}  // namespace evenkeel::desired
