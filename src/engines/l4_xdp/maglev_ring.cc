// Maglev hashing (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016,
// section 3.4): each member has a permutation of all entries, and the members take turns to claim the next free entry
// of theirs.
#include <algorithm>
#include <array>

#include "engines/l4_xdp/rings.h"
#include "engines/l4_xdp/sequence.h"

namespace evenkeel::engines::l4_xdp {
namespace {

// Few sizes, far apart: as long as the size stays, a change of members moves few entries; a new size moves nearly all.
constexpr std::array<uint32_t, 5> kTableSizes{4093, 16381, 65521, 262139, 1048573};
constexpr size_t kEntriesPerMember = 100;

uint32_t table_size(size_t members) {
  for (const uint32_t size : kTableSizes) {
    if (size >= members * kEntriesPerMember) return size;
  }
  return kTableSizes.back();
}

// 64-bit FNV-1a, then a finalizer so that neighbouring addresses differ in every bit. Both nodes of a pair must agree:
// part of the format, not of the implementation.
uint64_t hash_address(const IpAddress& address, uint64_t seed) {
  uint64_t hash = 0xcbf29ce484222325ULL ^ seed;
  for (const uint8_t byte : address.bytes()) hash = (hash ^ byte) * 0x100000001b3ULL;
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdULL;
  hash ^= hash >> 33;
  hash *= 0xc4ceb9fe1a85ec53ULL;
  return hash ^ (hash >> 33);
}

struct Permutation {
  uint32_t next, skip;

  Permutation(const IpAddress& address, uint32_t size)
      : next(static_cast<uint32_t>(hash_address(address, 0x6f66667365740000ULL) % size)),
        skip(static_cast<uint32_t>(hash_address(address, 0x736b697000000000ULL) % (size - 1)) + 1) {}
  uint32_t take(uint32_t size) {
    const uint32_t taken = next;
    next += skip;
    if (next >= size) next -= size;
    return taken;
  }
};

}  // namespace

std::vector<uint16_t> maglev_ring(std::span<const RingMember> members) {
  std::vector<RingMember> sorted(members.begin(), members.end());
  std::ranges::sort(sorted, {}, &RingMember::address);
  const uint32_t size = table_size(sorted.size());
  std::vector<uint32_t> weights;
  std::vector<Permutation> permutations;
  for (const RingMember& member : sorted) {
    weights.push_back(member.weight);
    permutations.emplace_back(member.address, size);
  }
  std::vector<uint16_t> table(size, 0);
  for (const uint32_t turn : even_sequence(apportion(weights, size))) {
    uint32_t entry = permutations[turn].take(size);
    while (table[entry] != 0) entry = permutations[turn].take(size);
    table[entry] = sorted[turn].id;
  }
  return table;
}

}  // namespace evenkeel::engines::l4_xdp
