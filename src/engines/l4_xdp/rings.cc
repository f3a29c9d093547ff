#include "engines/l4_xdp/rings.h"

#include <algorithm>

namespace evenkeel::engines::l4_xdp {
namespace {

std::vector<RingMember> weighted_members(std::span<const RingMember> members) {
  std::vector<RingMember> kept;
  kept.reserve(members.size());
  std::ranges::copy_if(members, std::back_inserter(kept), [](const RingMember& member) { return member.weight > 0; });
  return kept;
}

}  // namespace

std::vector<uint16_t> member_ring(std::span<const RingMember> members) {
  std::vector<uint16_t> ring;
  ring.reserve(members.size());
  for (const RingMember& member : members) ring.push_back(member.id);
  return ring;
}

std::vector<uint16_t> build_ring(model::Scheduler scheduler, std::span<const RingMember> members) {
  const std::vector<RingMember> kept = weighted_members(members);
  if (kept.empty()) return {};
  switch (scheduler) {
    case model::Scheduler::kWeightedLeastConnections:
      return member_ring(kept);
    case model::Scheduler::kWeightedRoundRobin:
      return smooth_ring(kept);
    case model::Scheduler::kSourceHash:
    case model::Scheduler::kMaglev:
    case model::Scheduler::kDestinationHash:
      return maglev_ring(kept);
  }
  return {};
}

}  // namespace evenkeel::engines::l4_xdp
