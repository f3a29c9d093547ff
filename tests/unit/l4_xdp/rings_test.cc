#include "engines/l4_xdp/rings.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "engines/l4_xdp/sequence.h"

namespace evenkeel::engines::l4_xdp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<RingMember> members(const std::vector<uint32_t>& weights) {
  std::vector<RingMember> result;
  for (const uint32_t weight : weights) {
    const auto number = static_cast<uint16_t>(result.size() + 1);
    result.push_back({number,
                      IpAddress::from_ipv4({10, 0, static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)}),
                      weight});
  }
  return result;
}

void expect_shares(std::span<const uint16_t> ring, const std::vector<uint32_t>& weights, double tolerance) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (size_t index = 0; index < weights.size(); ++index) {
    const double share = static_cast<double>(std::ranges::count(ring, index + 1)) / static_cast<double>(ring.size());
    const double wanted = weights[index] / sum;
    EXPECT_NEAR(share, wanted, tolerance * wanted) << "member " << index << " of weight " << weights[index];
  }
}

TEST(Rings, LeastConnectionsListsMembersOnceAndLeavesOutWeightZero) {
  EXPECT_THAT(build_ring(model::Scheduler::kWeightedLeastConnections, members({5, 0, 1})), ElementsAre(1, 3));
}

TEST(Rings, WithoutWeightThereIsNoRing) {
  for (const auto scheduler : {model::Scheduler::kWeightedLeastConnections, model::Scheduler::kWeightedRoundRobin,
                               model::Scheduler::kSourceHash, model::Scheduler::kMaglev}) {
    EXPECT_THAT(build_ring(scheduler, members({0, 0})), IsEmpty());
    EXPECT_THAT(build_ring(scheduler, {}), IsEmpty());
  }
}

TEST(Rings, RoundRobinReducesWeights) {
  EXPECT_THAT(build_ring(model::Scheduler::kWeightedRoundRobin, members({100, 100})), ElementsAre(1, 2));
  EXPECT_THAT(build_ring(model::Scheduler::kWeightedRoundRobin, members({200, 100})), ElementsAre(1, 2, 1));
}

TEST(Rings, RoundRobinIsSmooth) {
  const auto ring = build_ring(model::Scheduler::kWeightedRoundRobin, members({5, 1, 1}));
  ASSERT_EQ(ring.size(), 7U);
  int longest = 0;
  int run = 0;
  for (size_t entry = 0; entry < ring.size(); ++entry) {
    run = ring[entry] == 1 ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  EXPECT_LE(longest, 3);
}

TEST(Rings, RoundRobinSharesFollowWeights) {
  for (const std::vector<uint32_t>& weights : {std::vector<uint32_t>{1, 2, 3, 4},
                                               {100, 99, 98},
                                               {65535, 65534, 40000},
                                               {65535, 100},
                                               {997, 1009, 10007, 13}}) {
    const auto ring = build_ring(model::Scheduler::kWeightedRoundRobin, members(weights));
    EXPECT_LE(ring.size(), 65536U);
    expect_shares(ring, weights, 0.02);
  }
}

TEST(Rings, RoundRobinKeepsEvenTheLightestMember) {
  const auto ring = build_ring(model::Scheduler::kWeightedRoundRobin, members({65535, 65535, 65534, 1}));
  EXPECT_GE(std::ranges::count(ring, 4), 1);
}

TEST(Rings, MaglevSharesFollowWeights) {
  for (const std::vector<uint32_t>& weights :
       {std::vector<uint32_t>{100, 100, 100}, {1, 2, 3, 4}, {300, 100}, std::vector<uint32_t>(40, 100)}) {
    const auto ring = build_ring(model::Scheduler::kMaglev, members(weights));
    EXPECT_GE(ring.size(), weights.size() * 100);
    EXPECT_THAT(ring, testing::Each(testing::Ge(1)));
    expect_shares(ring, weights, 0.02);
  }
}

TEST(Rings, MaglevDoesNotDependOnOrder) {
  auto forward = members({1, 2, 3, 4, 5});
  auto backward = forward;
  std::ranges::reverse(backward);
  EXPECT_EQ(maglev_ring(forward), maglev_ring(backward));
}

TEST(Rings, MaglevDependsOnAddressesNotOnIds) {
  auto first = members({100, 100, 100});
  auto second = first;
  for (RingMember& member : second) member.id += 500;
  const auto first_ring = maglev_ring(first);
  const auto second_ring = maglev_ring(second);
  for (size_t entry = 0; entry < first_ring.size(); ++entry) ASSERT_EQ(first_ring[entry] + 500, second_ring[entry]);
}

TEST(Rings, MaglevMovesFewEntriesWhenAMemberGoes) {
  constexpr size_t kMembers = 10;
  const auto all = members(std::vector<uint32_t>(kMembers, 100));
  const auto before = maglev_ring(all);
  for (size_t removed = 0; removed < kMembers; ++removed) {
    auto fewer = all;
    fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(removed));
    const auto after = maglev_ring(fewer);
    ASSERT_EQ(before.size(), after.size());
    size_t moved = 0;
    for (size_t entry = 0; entry < before.size(); ++entry) {
      const bool had_to_move = before[entry] == removed + 1;
      EXPECT_NE(after[entry], removed + 1);
      if (!had_to_move && before[entry] != after[entry]) ++moved;
    }
    EXPECT_LT(static_cast<double>(moved) / static_cast<double>(before.size()), 0.10) << "without member " << removed;
  }
}

TEST(Rings, SourceHashUsesTheSameTable) {
  const auto all = members({100, 50});
  EXPECT_EQ(build_ring(model::Scheduler::kSourceHash, all), build_ring(model::Scheduler::kMaglev, all));
}

TEST(Sequence, ApportionSumsUpAndStarvesNobody) {
  const std::vector<uint32_t> weights{1, 1, 1, 65535};
  const auto counts = apportion(weights, 100);
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), 0U), 100U);
  EXPECT_THAT(counts, ElementsAre(1, 1, 1, 97));
}

TEST(Sequence, ApportionGivesTheRestToTheLargestRemainders) {
  EXPECT_THAT(apportion(std::vector<uint32_t>{1, 1, 1}, 10), ElementsAre(4, 3, 3));
  EXPECT_THAT(apportion(std::vector<uint32_t>{5, 3, 2}, 9), ElementsAre(4, 3, 2));
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
