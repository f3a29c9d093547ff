// Floods of SYNs: what they may not do to established connections and to clients that are real.
#include <gtest/gtest.h>

#include "decoded.h"
#include "lab.h"

namespace evenkeel::packet {
namespace {

constexpr uint32_t kLimit = 100;

class SynFlood : public Lab {
 protected:
  // SYNs from this many clients that nobody has invented twice.
  void flood(uint32_t count) {
    for (uint32_t i = 0; i < count; ++i, ++invented_) {
      send(client(client_address(invented_ / 16)).tcp(1000 + invented_ % 16, kPort, kSyn));
    }
  }
  uint32_t half_open() const { return plane->service_live(service).half_open; }
  void limited_farm(uint32_t flag) {
    ServiceOptions options;
    options.flags = flag;
    options.half_open_limit = kLimit;
    farm(2, options);
  }

  uint32_t invented_ = 0;
};

TEST_F(SynFlood, HalfOpenConnectionsAreCountedExactly) {
  limited_farm(0);
  open_tcp(kClient4, 1);
  open_tcp(kClient4, 2);
  send(client6().tcp(3, kPort, kSyn));
  EXPECT_EQ(half_open(), 3U);
  send(client().tcp(1, kPort, kAck));
  EXPECT_EQ(half_open(), 2U) << "one is established";
  send(client().udp(9, kPort));
  EXPECT_EQ(half_open(), 2U) << "a flow without handshake is none";
  plane->advance(61);
  plane->sweep(false);
  plane->sweep(true);
  EXPECT_EQ(half_open(), 0U) << "the others have expired";
}

TEST_F(SynFlood, TheCountOutlivesARealServersSlot) {
  limited_farm(0);
  open_tcp(kClient4, 1);
  plane->renew_real_server(1);
  plane->renew_real_server(2);
  EXPECT_EQ(half_open(), 1U);
  plane->advance(61);
  plane->sweep(false);
  EXPECT_EQ(half_open(), 0U);
}

// Ten times as many invented clients as the table has room for, in a table that real clients fill by a quarter.
TEST_F(SynFlood, EstablishedConnectionsLoseNothingAndRealClientsGetThrough) {
  open({.sets4 = 1024});
  farm(2);
  const uint32_t ways = 1024 * EK_SET_WAYS, real = 500;
  std::vector<uint32_t> server_of(ways / 4);
  for (uint32_t i = 0; i < ways / 4; ++i) {
    server_of[i] = establish("10.60.0." + std::to_string(i % 250), 2000 + i);
  }
  uint32_t through = 0;
  for (uint32_t i = 0; i < real; ++i) {
    const std::string address = "10.61.0." + std::to_string(i % 250);
    const uint16_t port = 10000 + i;
    flood(10 * ways / real);
    const uint32_t server = open_tcp(address, port);
    flood(ways / 100);  // what comes while the real server answers
    if (server != 0 && send_to(client(address).tcp(port, kPort, kAck)) == server) {
      flood(10);
      through += send_to(client(address).tcp(port, kPort, kAck | kPsh, 10)) == server;
    }
  }
  EXPECT_GE(through, real * 99 / 100);
  uint32_t lost = 0;
  for (uint32_t i = 0; i < ways / 4; ++i) {
    lost += send_to(client("10.60.0." + std::to_string(i % 250)).tcp(2000 + i, kPort, kAck)) != server_of[i];
  }
  EXPECT_EQ(lost, 0U);
  EXPECT_GT(count(EK_REASON_EVICTED_HALF_OPEN), ways);
}

TEST_F(SynFlood, BelowTheLimitNothingIsDifferent) {
  for (const uint32_t flag : {EK_SERVICE_SYN_COOKIES, EK_SERVICE_SYN_TWICE, EK_SERVICE_SYN_DROP}) {
    plane->reset();
    limited_farm(flag);
    flood(kLimit);
    EXPECT_EQ(half_open(), kLimit);
    EXPECT_EQ(plane->all_reasons(), 0U);
  }
}

TEST_F(SynFlood, AboveTheLimitNoNewOnesAreTakenIfTheServiceSaysSo) {
  limited_farm(EK_SERVICE_SYN_DROP);
  flood(kLimit);
  EXPECT_EQ(verdict(client().tcp(1, kPort, kSyn)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_HALF_OPEN_LIMIT), 1U);
  EXPECT_EQ(verdict(client().udp(1, kPort)), Verdict::kTransmit) << "a datagram is no SYN";
  plane->advance(61);
  plane->sweep(false);
  EXPECT_NE(open_tcp(kClient4, 1), 0U) << "and when they have ended, it goes on";
}

TEST_F(SynFlood, OneServicesFloodIsNotTheOthers) {
  limited_farm(EK_SERVICE_SYN_DROP);
  flood(kLimit);
  const uint32_t flooded = service;
  farm(1, {.flags = EK_SERVICE_SYN_DROP, .half_open_limit = kLimit});
  ASSERT_NE(service, flooded);
  EXPECT_NE(open_tcp(kClient4, 1), 0U);
}

// ---- the first SYN is dropped ----

TEST_F(SynFlood, TheSecondSynIsTaken) {
  limited_farm(EK_SERVICE_SYN_TWICE);
  flood(kLimit);
  EXPECT_EQ(verdict(client().tcp(1, kPort, kSyn)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_FIRST_SYN), 1U);
  plane->advance(1);  // the client's first retransmission
  EXPECT_NE(open_tcp(kClient4, 1), 0U);
  EXPECT_EQ(verdict(client().tcp(2, kPort, kSyn)), Verdict::kDrop) << "each connection asks for itself";
}

TEST_F(SynFlood, ASynIsRememberedForAWhileOnly) {
  limited_farm(EK_SERVICE_SYN_TWICE);
  flood(kLimit);
  ASSERT_EQ(verdict(client().tcp(1, kPort, kSyn)), Verdict::kDrop);
  plane->advance(15);
  EXPECT_NE(open_tcp(kClient4, 1), 0U);
  ASSERT_EQ(verdict(client().tcp(2, kPort, kSyn)), Verdict::kDrop);
  plane->advance(33);  // two generations; half-open connections last for 60
  EXPECT_EQ(verdict(client().tcp(2, kPort, kSyn)), Verdict::kDrop);
}

TEST_F(SynFlood, InventedClientsDoNotPassForASecondSyn) {
  open({.sets4 = 4096});
  limited_farm(EK_SERVICE_SYN_TWICE);
  flood(kLimit);
  const uint64_t before = half_open();
  flood(50000);
  EXPECT_LT(half_open() - before, 500U) << "one in a hundred";
  EXPECT_EQ(count(EK_REASON_FIRST_SYN) + half_open() - before, 50000U);
}

}  // namespace
}  // namespace evenkeel::packet
