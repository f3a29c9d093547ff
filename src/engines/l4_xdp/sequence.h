#pragma once
// Even sequences: each of several parties takes a given number of turns, spread as evenly as possible.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace evenkeel::engines::l4_xdp {

// `total` turns in proportion to the weights by largest remainder; none gets less than one. Weights are at least 1, and
// total is at least their number. The result sums to total.
std::vector<uint32_t> apportion(std::span<const uint32_t> weights, uint32_t total);

// The indexes of the parties in the order of their turns. Every count is at least 1.
std::vector<uint32_t> even_sequence(std::span<const uint32_t> counts);

}  // namespace evenkeel::engines::l4_xdp
