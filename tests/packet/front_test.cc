// The front of the connection table and of the reverse index: connections go there while there is room, are counted
// where they are beyond it, and are found wherever they are.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>

#include "lab.h"

namespace evenkeel::packet {
namespace {

constexpr uint32_t kSets = 1024, kFront = 128, kFrontWays = kFront * EK_SET_WAYS;

class Front : public Lab {
 protected:
  void SetUp() override {
    open({.sets4 = kSets, .sets6 = kSets});
    ASSERT_EQ(ek_front_sets(kSets), kFront);
  }

  size_t in_front(bool ipv6 = false) const {
    const std::vector<Connection> list = plane->connections(ipv6);
    return std::count_if(list.begin(), list.end(), [](const Connection& c) { return c.set < kFront; });
  }
  size_t in_rest(bool ipv6 = false) const { return plane->connections(ipv6).size() - in_front(ipv6); }
  size_t counted_beyond(bool ipv6 = false) const {
    const auto& counts = ipv6 ? plane->arrays().beyond_front6 : plane->arrays().beyond_front4;
    return std::accumulate(std::begin(counts), std::end(counts), size_t{0});
  }
  std::vector<uint32_t> establish_many(uint32_t first, uint32_t count) const {
    std::vector<uint32_t> chosen;
    for (uint32_t i = first; i < first + count; ++i) chosen.push_back(establish(client_address(i), 1));
    return chosen;
  }
  void expect_known(const std::vector<uint32_t>& chosen) const {
    const uint64_t reasons = plane->all_reasons();
    for (uint32_t i = 0; i < chosen.size(); ++i) {
      ASSERT_EQ(send_to(client(client_address(i)).tcp(1, kPort, kAck)), chosen[i]) << i;
      ASSERT_EQ(send_to(client(client_address(i), {.options = Bytes(4)}).tcp(1, kPort, kAck)), chosen[i])
          << "by all steps";
    }
    EXPECT_EQ(plane->all_reasons(), reasons) << "each by its entry";
  }
  void end_all(uint32_t count) const {
    for (uint32_t i = 0; i < count; ++i) send(client(client_address(i)).tcp(1, kPort, kRst));
    plane->advance(100);
    plane->sweep(false);
  }
};

TEST(FrontSize, IsAnEighthAtMostAndNeverAll) {
  EXPECT_EQ(ek_front_sets(1), 0U) << "the one set is every connection's";
  EXPECT_EQ(ek_front_sets(2), 1U);
  EXPECT_EQ(ek_front_sets(8), 1U);
  EXPECT_EQ(ek_front_sets(8 * EK_FRONT_SETS), uint32_t{EK_FRONT_SETS});
  EXPECT_EQ(ek_front_sets(UINT32_MAX / 2), uint32_t{EK_FRONT_SETS});
  for (uint32_t sets = 2; sets < 100; ++sets)
    EXPECT_LT(ek_reverse_sets(ek_front_sets(sets)), ek_reverse_sets(sets)) << "the rest of the index has sets as well";
}

TEST_F(Front, FewConnectionsAreAllInIt) {
  farm(2);
  establish_many(0, kFrontWays / 4);
  EXPECT_GT(in_front(), kFrontWays / 4 * 95 / 100);
  EXPECT_EQ(counted_beyond(), in_rest());
}

TEST_F(Front, WhatFindsNoRoomIsInTheRestAndCounted) {
  farm(2);
  const std::vector<uint32_t> chosen = establish_many(0, 3 * kFrontWays);
  EXPECT_GT(in_front(), kFrontWays * 9 / 10);
  EXPECT_EQ(counted_beyond(), in_rest());
  expect_known(chosen);
  end_all(chosen.size());
  EXPECT_EQ(plane->connections().size(), 0U);
  EXPECT_EQ(counted_beyond(), 0U);
}

TEST_F(Front, Ipv6Alike) {
  farm(1);
  for (uint16_t port = 1; port <= 3 * kFrontWays; ++port) send(client6().udp(port, kPort));
  EXPECT_GT(in_front(true), kFrontWays * 9 / 10);
  EXPECT_EQ(plane->connections(true).size(), 3 * kFrontWays);
  EXPECT_EQ(counted_beyond(true), in_rest(true));
  plane->advance(400);
  plane->sweep(true);
  EXPECT_EQ(plane->connections(true).size(), 0U);
  EXPECT_EQ(counted_beyond(true), 0U);
}

TEST_F(Front, ACrowdedTablesNewConnectionsAreInTheRest) {
  farm(2);
  std::vector<uint32_t> chosen = establish_many(0, 300);
  const size_t before = in_front();
  plane->set_crowded(true, true);
  const std::vector<uint32_t> more = establish_many(300, 300);
  chosen.insert(chosen.end(), more.begin(), more.end());
  EXPECT_EQ(in_front(), before);
  EXPECT_EQ(counted_beyond(), in_rest());
  for (bool rest_first : {true, false}) {
    plane->set_crowded(rest_first, rest_first);
    expect_known(chosen);
  }
  EXPECT_EQ(send_to(client(client_address(599)).tcp(1, kPort, kSyn)), chosen[599]) << "a SYN of one that is known";
  EXPECT_EQ(plane->connections().size(), 600U);
  end_all(chosen.size());
  EXPECT_EQ(counted_beyond(), 0U);
}

// Whoever is displaced in the rest is counted out of it.
TEST_F(Front, AFloodLeavesTheCountsRight) {
  farm(1);
  for (uint32_t i = 0; i < 2 * kSets * EK_SET_WAYS; ++i) open_tcp(client_address(i), 1);
  EXPECT_GT(count(EK_REASON_EVICTED_HALF_OPEN), 0U);
  EXPECT_EQ(counted_beyond(), in_rest());
}

TEST_F(Front, AnswersAreFoundWhereverTheirEntryIs) {
  RealServerOptions one, other;
  one.method = other.method = EK_METHOD_NAT;
  one.address = "10.78.0.21";
  other.address = "10.78.0.22";
  farm({one, other});
  constexpr uint32_t kCount = 4000;
  std::vector<uint32_t> chosen = establish_many(0, kCount / 2);
  plane->set_crowded(true, true);
  const std::vector<uint32_t> more = establish_many(kCount / 2, kCount / 2);
  chosen.insert(chosen.end(), more.begin(), more.end());
  EXPECT_EQ(plane->reverse_entries(), kCount);
  EXPECT_GT(plane->beyond_reverse_sets(), kCount / 2 - 1);
  for (bool rest_first : {true, false}) {
    plane->set_crowded(true, rest_first);
    for (uint32_t i = 0; i < kCount; ++i) {
      const std::string from = "10.78.0.2" + std::to_string(chosen[i]);
      ASSERT_EQ(send(Frame().ipv4(from, client_address(i)).tcp(kPort, 1, kAck)).verdict, Verdict::kTransmit) << i;
    }
  }
  end_all(kCount);
  EXPECT_EQ(plane->reverse_entries(), 0U);
  EXPECT_EQ(plane->beyond_reverse_sets(), 0U);
}

TEST_F(Front, TheTimerFindsTheTableCrowdedAndNoLonger) {
  DataPlane own({.sets4 = 64, .sets6 = 16});  // its timer must not reach into other tests
  const uint32_t id = own.add_service();
  const uint16_t server = own.add_real_server(id);
  own.set_ring(id, {server});
  own.add_key(kVirtual4, kPort, kTcp, id);
  const auto becomes = [&own](bool is_crowded) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (own.arrays().is_crowded != is_crowded && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    return own.arrays().is_crowded == is_crowded;
  };
  own.start_sweeping();
  for (uint16_t port = 1; port <= ek_front_sets(64) * EK_SET_WAYS; ++port) own.run(client().tcp(port, kPort, kSyn));
  EXPECT_TRUE(becomes(true));
  EXPECT_FALSE(own.arrays().rest_first) << "most went to the front before";
  own.advance(61);
  EXPECT_TRUE(becomes(false));
  EXPECT_FALSE(own.arrays().rest_first) << "what the round has freed is nowhere";
}

}  // namespace
}  // namespace evenkeel::packet
