#include <algorithm>
#include <cmath>
#include <numeric>

#include "engines/l4_xdp/rings.h"
#include "engines/l4_xdp/sequence.h"

namespace evenkeel::engines::l4_xdp {
namespace {

constexpr uint32_t kShortestScaledLength = 4096;
constexpr uint32_t kLongestLength = 65536;
constexpr double kTolerance = 0.02;  // of a member's share

bool is_within_tolerance(std::span<const uint32_t> counts, std::span<const uint32_t> weights) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (size_t index = 0; index < counts.size(); ++index) {
    const double wanted = weights[index] / sum;
    if (std::abs(counts[index] / total - wanted) > kTolerance * wanted) return false;
  }
  return true;
}

// Turns per member: the weights themselves, reduced, if the sequence stays short; else the shortest that is exact
// enough.
std::vector<uint32_t> turn_counts(std::vector<uint32_t> weights) {
  const uint32_t divisor = std::accumulate(weights.begin(), weights.end(), 0U,
                                           [](uint32_t left, uint32_t right) { return std::gcd(left, right); });
  for (uint32_t& weight : weights) weight /= divisor;
  const uint64_t sum = std::accumulate(weights.begin(), weights.end(), uint64_t{0});
  if (sum <= kShortestScaledLength) return weights;
  for (uint32_t length = kShortestScaledLength; length < kLongestLength && length < sum; length *= 2) {
    if (length < weights.size()) continue;
    std::vector<uint32_t> counts = apportion(weights, length);
    if (is_within_tolerance(counts, weights)) return counts;
  }
  return sum <= kLongestLength ? weights : apportion(weights, kLongestLength);
}

}  // namespace

std::vector<uint16_t> smooth_ring(std::span<const RingMember> members) {
  std::vector<uint32_t> weights;
  weights.reserve(members.size());
  for (const RingMember& member : members) weights.push_back(member.weight);
  std::vector<uint16_t> ring;
  for (const uint32_t index : even_sequence(turn_counts(std::move(weights)))) ring.push_back(members[index].id);
  return ring;
}

}  // namespace evenkeel::engines::l4_xdp
