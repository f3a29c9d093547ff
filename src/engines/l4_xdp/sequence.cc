#include "engines/l4_xdp/sequence.h"

#include <algorithm>
#include <numeric>
#include <queue>

namespace evenkeel::engines::l4_xdp {
namespace {

struct Turn {
  uint32_t party;
  uint32_t number;  // of the party's turns so far
  uint32_t count;

  // Turn n of c belongs at (2n + 1) / 2c of the whole; compared without division.
  bool later_than(const Turn& other) const {
    const uint64_t mine = (2ULL * number + 1) * other.count;
    const uint64_t theirs = (2ULL * other.number + 1) * count;
    return mine != theirs ? mine > theirs : party > other.party;
  }
};

struct Later {
  bool operator()(const Turn& left, const Turn& right) const { return left.later_than(right); }
};

// Those that were raised to one turn took it from the others: the largest give it back.
void take_from_largest(std::vector<uint32_t>& counts, uint64_t excess) {
  while (excess > 0) {
    auto largest = std::ranges::max_element(counts);
    --*largest;
    --excess;
  }
}

}  // namespace

std::vector<uint32_t> apportion(std::span<const uint32_t> weights, uint32_t total) {
  const uint64_t sum = std::accumulate(weights.begin(), weights.end(), uint64_t{0});
  std::vector<uint32_t> counts(weights.size());
  std::vector<std::pair<uint64_t, uint32_t>> remainders(weights.size());
  uint64_t given = 0;
  for (uint32_t index = 0; index < weights.size(); ++index) {
    const uint64_t scaled = uint64_t{weights[index]} * total;
    counts[index] = std::max<uint32_t>(1, static_cast<uint32_t>(scaled / sum));
    remainders[index] = {scaled < sum ? 0 : scaled % sum, index};
    given += counts[index];
  }
  if (given > total) take_from_largest(counts, given - total);
  std::ranges::sort(remainders, [](const auto& left, const auto& right) {
    return left.first != right.first ? left.first > right.first : left.second < right.second;
  });
  for (size_t next = 0; given < total; ++next, ++given) ++counts[remainders[next % remainders.size()].second];
  return counts;
}

std::vector<uint32_t> even_sequence(std::span<const uint32_t> counts) {
  std::priority_queue<Turn, std::vector<Turn>, Later> turns;
  for (uint32_t party = 0; party < counts.size(); ++party) turns.push({party, 0, counts[party]});
  std::vector<uint32_t> sequence;
  sequence.reserve(std::accumulate(counts.begin(), counts.end(), size_t{0}));
  while (!turns.empty()) {
    Turn turn = turns.top();
    turns.pop();
    sequence.push_back(turn.party);
    if (++turn.number < turn.count) turns.push(turn);
  }
  return sequence;
}

}  // namespace evenkeel::engines::l4_xdp
