#pragma once
// Scheduling rings: the sequences of real-server ids that the data plane picks from. Pure; knows no BPF.

#include <cstdint>
#include <span>
#include <vector>

#include "base/ip_address.h"
#include "model/virtual_service.h"

namespace evenkeel::engines::l4_xdp {

struct RingMember {
  uint16_t id = 0;  // slot of the real server, 1..65535
  IpAddress address;
  uint32_t weight = 0;  // 0..65535
};

// Members of weight 0 are left out; without any other the ring is empty. Whether a member is usable at the moment plays
// no part: the data plane skips those that are not.
std::vector<uint16_t> build_ring(model::Scheduler scheduler, std::span<const RingMember> members);

// Every member once, in the order given.
std::vector<uint16_t> member_ring(std::span<const RingMember> members);
// Each member in proportion to its weight and spread as evenly as possible. At most 65,536 entries; shares are within
// 2 % of the weights unless one weight is below 1/2,600 of the sum.
std::vector<uint16_t> smooth_ring(std::span<const RingMember> members);
// A Maglev table: a prime number of entries in proportion to the weights. The place of a member depends on its address
// alone, so neither the order of members nor their ids matter, and few entries change when a member comes or goes.
std::vector<uint16_t> maglev_ring(std::span<const RingMember> members);

}  // namespace evenkeel::engines::l4_xdp
