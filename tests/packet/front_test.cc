// The front of the connection table and of the reverse index: connections go there while there is room, are counted
// where they are beyond it, and are found wherever they are.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>

#include "lab.h"

namespace evenkeel::packet {
namespace {

constexpr uint32_t kSets = 1024, kFront = 128, kFrontWays = kFront * EK_SET_WAYS;

class Front : public Lab, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    open({.sets4 = kSets, .sets6 = kSets});
    ASSERT_EQ(ek_front_sets(kSets), kFront);
  }

  static bool ipv6() { return GetParam(); }
  static std::string client_address(uint32_t number) {
    return ipv6() ? fmt::format("fd77:2::{:x}", number) : Lab::client_address(number);
  }
  static Frame from(const std::string& address) { return ipv6() ? client6(address) : client(address); }
  // The same by all steps, not by the short way.
  static Frame from_on_the_long_way(const std::string& address) {
    return ipv6() ? client6(address).extension(kDestinationOptions) : client(address, {.options = Bytes(4)});
  }

  size_t in_front() const {
    const std::vector<Connection> list = plane->connections(ipv6());
    return std::count_if(list.begin(), list.end(), [](const Connection& c) { return c.set < kFront; });
  }
  size_t in_rest() const { return plane->connections(ipv6()).size() - in_front(); }
  size_t counted_beyond() const {
    const auto& counts = ipv6() ? plane->arrays().beyond_front6 : plane->arrays().beyond_front4;
    return std::accumulate(std::begin(counts), std::end(counts), size_t{0});
  }
  std::vector<uint32_t> establish_many(uint32_t first, uint32_t count) const {
    std::vector<uint32_t> chosen;
    for (uint32_t i = first; i < first + count; ++i) {
      chosen.push_back(send_to(from(client_address(i)).tcp(1, kPort, kSyn)));
      EXPECT_EQ(send_to(from(client_address(i)).tcp(1, kPort, kAck)), chosen.back());
    }
    return chosen;
  }
  void expect_known(const std::vector<uint32_t>& chosen) const {
    const uint64_t reasons = plane->all_reasons();
    for (uint32_t i = 0; i < chosen.size(); ++i) {
      ASSERT_EQ(send_to(from(client_address(i)).tcp(1, kPort, kAck)), chosen[i]) << i;
      ASSERT_EQ(send_to(from_on_the_long_way(client_address(i)).tcp(1, kPort, kAck)), chosen[i]) << i;
    }
    EXPECT_EQ(plane->all_reasons(), reasons) << "each by its entry";
  }
  void end_all(uint32_t count) const {
    for (uint32_t i = 0; i < count; ++i) send(from(client_address(i)).tcp(1, kPort, kRst));
    plane->advance(100);
    plane->sweep(ipv6());
  }
  void set_crowded(bool is_crowded, bool rest_first) const { plane->set_crowded(is_crowded, rest_first, ipv6()); }
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

TEST_P(Front, FewConnectionsAreAllInIt) {
  farm(2);
  establish_many(0, kFrontWays / 4);
  EXPECT_GT(in_front(), kFrontWays / 4 * 95 / 100);
  EXPECT_EQ(counted_beyond(), in_rest());
}

TEST_P(Front, WhatFindsNoRoomIsInTheRestAndCounted) {
  farm(2);
  const std::vector<uint32_t> chosen = establish_many(0, 3 * kFrontWays);
  EXPECT_GT(in_front(), kFrontWays * 9 / 10);
  EXPECT_EQ(counted_beyond(), in_rest());
  expect_known(chosen);
  end_all(chosen.size());
  EXPECT_EQ(plane->connections(ipv6()).size(), 0U);
  EXPECT_EQ(counted_beyond(), 0U);
}

TEST_P(Front, ACrowdedTablesNewConnectionsAreInTheRest) {
  farm(2);
  std::vector<uint32_t> chosen = establish_many(0, 300);
  const size_t before = in_front();
  set_crowded(true, true);
  const std::vector<uint32_t> more = establish_many(300, 300);
  chosen.insert(chosen.end(), more.begin(), more.end());
  EXPECT_EQ(in_front(), before);
  EXPECT_EQ(counted_beyond(), in_rest());
  for (bool rest_first : {true, false}) {
    set_crowded(rest_first, rest_first);
    expect_known(chosen);
  }
  EXPECT_EQ(send_to(from(client_address(599)).tcp(1, kPort, kSyn)), chosen[599]) << "a SYN of one that is known";
  EXPECT_EQ(plane->connections(ipv6()).size(), 600U);
  end_all(chosen.size());
  EXPECT_EQ(counted_beyond(), 0U);
}

// Whoever is displaced in the rest is counted out of it.
TEST_P(Front, AFloodLeavesTheCountsRight) {
  farm(1);
  for (uint32_t i = 0; i < 2 * kSets * EK_SET_WAYS; ++i) send(from(client_address(i)).tcp(1, kPort, kSyn));
  EXPECT_GT(count(EK_REASON_EVICTED_HALF_OPEN), 0U);
  EXPECT_EQ(counted_beyond(), in_rest());
}

TEST_P(Front, AnswersAreFoundWhereverTheirEntryIs) {
  RealServerOptions one, other;
  one.method = other.method = EK_METHOD_NAT;
  const std::string real_server = ipv6() ? "fd78::2" : "10.78.0.2";  // and its number
  one.address = real_server + "1";
  other.address = real_server + "2";
  farm({one, other});
  constexpr uint32_t kCount = 4000;
  std::vector<uint32_t> chosen = establish_many(0, kCount / 2);
  set_crowded(true, true);
  const std::vector<uint32_t> more = establish_many(kCount / 2, kCount / 2);
  chosen.insert(chosen.end(), more.begin(), more.end());
  EXPECT_EQ(plane->reverse_entries(ipv6()), kCount);
  EXPECT_GT(plane->beyond_reverse_sets(ipv6()), kCount / 2 - 1);
  for (bool rest_first : {true, false}) {
    set_crowded(true, rest_first);
    for (uint32_t i = 0; i < kCount; ++i) {
      const std::string from = real_server + std::to_string(chosen[i]);
      const Frame answer = ipv6() ? Frame().ipv6(from, client_address(i)) : Frame().ipv4(from, client_address(i));
      ASSERT_EQ(verdict(Frame(answer).tcp(kPort, 1, kAck)), Verdict::kTransmit) << i;
    }
  }
  end_all(kCount);
  EXPECT_EQ(plane->reverse_entries(ipv6()), 0U);
  EXPECT_EQ(plane->beyond_reverse_sets(ipv6()), 0U);
}

TEST_P(Front, TheTimerFindsTheTableCrowdedAndNoLonger) {
  DataPlane own({.sets4 = 64, .sets6 = 64});  // its timer must not reach into other tests
  const uint32_t id = own.add_service();
  const uint16_t server = own.add_real_server(id);
  own.set_ring(id, {server});
  own.add_key(ipv6() ? kVirtual6 : kVirtual4, kPort, kTcp, id);
  const auto& is_crowded = ipv6() ? own.arrays().is_crowded6 : own.arrays().is_crowded4;
  const auto& rest_first = ipv6() ? own.arrays().rest_first6 : own.arrays().rest_first4;
  const auto becomes = [&is_crowded](bool wanted) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    const auto now = [&is_crowded] { return *const_cast<const volatile uint32_t*>(&is_crowded) != 0; };
    while (now() != wanted && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    return now() == wanted;
  };
  own.start_sweeping();
  for (uint16_t port = 1; port <= ek_front_sets(64) * EK_SET_WAYS; ++port)
    own.run((ipv6() ? client6() : client()).tcp(port, kPort, kSyn));
  EXPECT_TRUE(becomes(true));
  EXPECT_FALSE(rest_first) << "most went to the front before";
  own.advance(61);
  EXPECT_TRUE(becomes(false));
  EXPECT_FALSE(rest_first) << "what the round has freed is nowhere";
}

INSTANTIATE_TEST_SUITE_P(Families, Front, testing::Bool(),
                         [](const auto& info) { return info.param ? "Ipv6" : "Ipv4"; });

}  // namespace
}  // namespace evenkeel::packet
