// A connection's life: states and time-outs as IPVS has them, the end of a connection, drain and halt.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "lab.h"

namespace evenkeel::packet {
namespace {

class States : public Lab {
 protected:
  ek_state state() const {
    std::vector<Connection> list = plane->connections();
    return list.size() == 1 ? list[0].state : EK_STATES;
  }
  uint32_t seconds_left() const { return plane->connections().at(0).expires - plane->tick(); }
  void segment(uint8_t flags) const { send(client().tcp(1, kPort, flags)); }

  // Drives a fresh connection into this state, as far as the client's side can.
  void reach(ek_state wanted) {
    open({});
    farm(1);
    segment(kSyn);
    switch (wanted) {
      case EK_STATE_ESTABLISHED:
        segment(kAck);
        break;
      case EK_STATE_FIN_WAIT:
        segment(kAck);
        segment(kFin | kAck);
        break;
      case EK_STATE_TIME_WAIT:
        segment(kFin | kAck);
        break;
      case EK_STATE_CLOSE:
        segment(kAck);
        segment(kRst);
        break;
      default:
        break;
    }
    ASSERT_EQ(state(), wanted);
  }
};

struct Step {
  ek_state from;
  uint8_t flags;
  ek_state to;
  uint32_t timeout;
};

TEST_F(States, WalkLikeIpvsInputOnly) {
  const std::vector<Step> steps = {
      {EK_STATE_SYN_RECV, kSyn, EK_STATE_SYN_RECV, 60},
      {EK_STATE_SYN_RECV, kAck, EK_STATE_ESTABLISHED, 900},
      {EK_STATE_SYN_RECV, kFin | kAck, EK_STATE_TIME_WAIT, 120},
      {EK_STATE_SYN_RECV, kRst, EK_STATE_SYN_RECV, 60},
      {EK_STATE_SYN_RECV, kRst | kAck, EK_STATE_SYN_RECV, 60},
      {EK_STATE_SYN_RECV, 0, EK_STATE_SYN_RECV, 60},
      {EK_STATE_ESTABLISHED, kSyn, EK_STATE_ESTABLISHED, 900},
      {EK_STATE_ESTABLISHED, kAck | kPsh, EK_STATE_ESTABLISHED, 900},
      {EK_STATE_ESTABLISHED, kFin | kAck, EK_STATE_FIN_WAIT, 120},
      {EK_STATE_ESTABLISHED, kRst, EK_STATE_CLOSE, 10},
      {EK_STATE_ESTABLISHED, kPsh, EK_STATE_ESTABLISHED, 900},
      {EK_STATE_FIN_WAIT, kAck, EK_STATE_FIN_WAIT, 120},
      {EK_STATE_FIN_WAIT, kFin | kAck, EK_STATE_FIN_WAIT, 120},
      {EK_STATE_FIN_WAIT, kRst, EK_STATE_CLOSE, 10},
      {EK_STATE_TIME_WAIT, kAck, EK_STATE_TIME_WAIT, 120},
      {EK_STATE_TIME_WAIT, kFin, EK_STATE_TIME_WAIT, 120},
      {EK_STATE_TIME_WAIT, kRst, EK_STATE_CLOSE, 10},
      {EK_STATE_CLOSE, kAck, EK_STATE_CLOSE, 10},
      {EK_STATE_CLOSE, kFin, EK_STATE_CLOSE, 10},
      {EK_STATE_CLOSE, kRst, EK_STATE_CLOSE, 10},
      // A new SYN begins anew at once.
      {EK_STATE_FIN_WAIT, kSyn, EK_STATE_SYN_RECV, 60},
      {EK_STATE_TIME_WAIT, kSyn, EK_STATE_SYN_RECV, 60},
      {EK_STATE_CLOSE, kSyn, EK_STATE_SYN_RECV, 60},
  };
  for (const Step& step : steps) {
    reach(step.from);
    plane->advance(3);
    segment(step.flags);
    EXPECT_EQ(state(), step.to) << "from " << step.from << " with flags " << int{step.flags};
    EXPECT_EQ(seconds_left(), step.timeout) << "from " << step.from << " with flags " << int{step.flags};
    ek_real_server_live live = plane->live(1);
    EXPECT_EQ(live.active, step.to == EK_STATE_ESTABLISHED ? 1U : 0U);
    EXPECT_EQ(live.inactive, step.to == EK_STATE_ESTABLISHED ? 0U : 1U);
  }
}

TEST_F(States, UdpIsInactiveForFiveMinutes) {
  farm(1);
  send(client().udp(1, kPort));
  EXPECT_EQ(state(), EK_STATE_UDP);
  EXPECT_EQ(seconds_left(), 300U);
  plane->advance(100);
  send(client().udp(1, kPort));
  EXPECT_EQ(seconds_left(), 300U);
  EXPECT_EQ(plane->live(1).inactive, 1U);
  EXPECT_EQ(plane->live(1).active, 0U);
}

TEST_F(States, ReusedPortIsScheduledAnewOnTheSamePacket) {
  farm(2);
  uint32_t before = establish(kClient4, 1);
  segment(kFin | kAck);
  plane->set_real_server(before, with_flags(kDrained));
  uint32_t after = send_to(client().tcp(1, kPort, kSyn));
  EXPECT_EQ(after, 3 - before);
  EXPECT_EQ(plane->connections().size(), 1U);
  EXPECT_EQ(plane->live(before).active + plane->live(before).inactive, 0U);
  EXPECT_EQ(plane->live(after).inactive, 1U);
}

// A client whose connection a dead server refuses asks again at once, and may do so from the same port.
TEST_F(States, HalfOpenConnectionLeavesAServerThatTakesNoNewOnes) {
  farm(2);
  uint32_t before = open_tcp(kClient4, 1);
  plane->set_real_server(before, with_flags(kDrained));
  EXPECT_EQ(open_tcp(kClient4, 1), 3 - before);
  EXPECT_EQ(plane->connections().size(), 1U);
  EXPECT_EQ(plane->live(before).inactive, 0U);
  EXPECT_EQ(plane->live(3 - before).inactive, 1U);
}

TEST_F(States, HalfOpenConnectionStaysWhereNobodyElseTakesIt) {
  farm(2);
  uint32_t before = open_tcp(kClient4, 1);
  for (uint16_t server : servers) {
    plane->set_real_server(server, with_flags(kDrained));
  }
  EXPECT_EQ(open_tcp(kClient4, 1), before);
  EXPECT_EQ(send_to(client().tcp(1, kPort, kAck)), before);
}

TEST_F(States, SynOnAnEstablishedConnectionStaysWithItsServer) {
  farm(2);
  uint32_t before = establish(kClient4, 1);
  plane->set_real_server(before, with_flags(kDrained));
  EXPECT_EQ(open_tcp(kClient4, 1), before);
}

// In direct routing nobody tells us that a server that died has reset the connection.
TEST_F(States, SynOnAnEstablishedConnectionLeavesAFailedServer) {
  farm(2);
  uint32_t before = establish(kClient4, 1);
  plane->set_real_server(before, with_flags(kFailed));
  EXPECT_EQ(send_to(client().tcp(1, kPort, kAck)), before) << "the check may be wrong about what goes on";
  EXPECT_EQ(open_tcp(kClient4, 1), 3 - before);
  EXPECT_EQ(plane->live(before).active, 0U);
}

TEST_F(States, WhatBeginsAnewOnAFailedServerGoesToTheFallback) {
  farm(1, {.flags = EK_SERVICE_FALLBACK_LOCAL});
  establish(kClient4, 1);
  plane->set_real_server(1, with_flags(kFailed));
  EXPECT_EQ(verdict(client().tcp(1, kPort, kSyn)), Verdict::kPass);
  EXPECT_EQ(count(EK_REASON_FALLBACK), 1U);
  EXPECT_EQ(verdict(client().tcp(1, kPort, kAck)), Verdict::kPass) << "with all that follows";
  EXPECT_TRUE(plane->connections().empty());
}

TEST_F(States, ReusedPortGoesToTheFallbackWithAllThatFollows) {
  farm(1, {.flags = EK_SERVICE_FALLBACK_LOCAL});
  establish(kClient4, 1);
  segment(kFin | kAck);
  plane->set_real_server(1, with_flags(kDrained));
  EXPECT_EQ(verdict(client().tcp(1, kPort, kSyn)), Verdict::kPass);
  EXPECT_EQ(verdict(client().tcp(1, kPort, kAck)), Verdict::kPass);
}

TEST_F(States, PureAckWritesNothingWithinATick) {
  farm(1);
  establish(kClient4, 1);
  Bytes before = plane->table_bytes();
  segment(kAck);
  EXPECT_EQ(plane->table_bytes(), before);
}

TEST_F(States, ExpiredConnectionIsNone) {
  farm(1);
  establish(kClient4, 1);
  plane->advance(900);
  EXPECT_EQ(send_to(client().tcp(1, kPort, kAck)), 1U) << "its last second";
  plane->advance(901);
  EXPECT_EQ(verdict(client().tcp(1, kPort, kAck)), Verdict::kPass);
  EXPECT_EQ(count(EK_REASON_NOT_A_CONNECTION), 1U);
  EXPECT_EQ(send_to(client().tcp(1, kPort, kSyn)), 1U);
  EXPECT_EQ(plane->connections().size(), 1U) << "the old entry made way";
  EXPECT_EQ(plane->live(1).active, 0U);
  EXPECT_EQ(plane->live(1).inactive, 1U);
}

TEST_F(States, TicksWrapAround) {
  plane->set_tick(UINT32_MAX - 100);
  farm(1);
  establish(kClient4, 1);
  plane->advance(500);
  EXPECT_EQ(send_to(client().tcp(1, kPort, kAck)), 1U);
  plane->advance(901);
  EXPECT_EQ(verdict(client().tcp(1, kPort, kAck)), Verdict::kPass);
}

// ---- drain, halt, replacement ----

TEST_F(States, DrainedServerKeepsItsConnections) {
  farm(2);
  uint32_t server = establish(kClient4, 1);
  plane->set_real_server(server, with_flags(kDrained));
  EXPECT_EQ(send_to(client().tcp(1, kPort, kAck)), server);
  EXPECT_EQ(send_to(client().tcp(2, kPort, kSyn)), 3 - server);
}

TEST_F(States, HaltedServerDropsItsConnectionsAndLosesNewOnes) {
  farm(2);
  uint32_t server = establish(kClient4, 1);
  plane->set_real_server(server, with_flags(kHalted));
  EXPECT_EQ(verdict(client().tcp(1, kPort, kAck)), Verdict::kDrop);
  EXPECT_EQ(verdict(client().tcp(1, kPort, kFin | kAck)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_HALTED), 2U);
  EXPECT_EQ(send_to(client().tcp(1, kPort, kSyn)), 3 - server) << "a new SYN is placed anew";
  EXPECT_EQ(plane->live(server).active, 0U);
}

TEST_F(States, UdpFlowOfAHaltedServerMoves) {
  farm(2);
  uint32_t server = send_to(client().udp(1, kPort));
  plane->set_real_server(server, with_flags(kHalted));
  EXPECT_EQ(send_to(client().udp(1, kPort)), 3 - server);
}

TEST_F(States, UdpFlowStaysWithADrainedServer) {
  farm(2);
  uint32_t server = send_to(client().udp(1, kPort));
  plane->set_real_server(server, with_flags(kDrained));
  EXPECT_EQ(send_to(client().udp(1, kPort)), server);
}

TEST_F(States, UdpFlowLeavesAFailedServerIfThereIsAnother) {
  farm(2);
  uint32_t server = send_to(client().udp(1, kPort)), other = 3 - server;
  plane->set_real_server(1, with_flags(kFailed));
  plane->set_real_server(2, with_flags(kFailed));
  EXPECT_EQ(send_to(client().udp(1, kPort)), server) << "there is no other";
  plane->set_real_server(other, {});
  EXPECT_EQ(send_to(client().udp(1, kPort)), other);
  EXPECT_EQ(plane->live(server).inactive, 0U);
  EXPECT_EQ(plane->live(other).inactive, 1U);
}

TEST_F(States, UdpFlowStaysWithWeightZero) {
  farm(2);
  uint32_t server = send_to(client().udp(1, kPort));
  plane->set_real_server(server, with_weight(0));
  EXPECT_EQ(send_to(client().udp(1, kPort)), server);
}

TEST_F(States, ConnectionOfAReplacedServerIsDead) {
  farm(1);
  establish(kClient4, 1);
  plane->renew_real_server(1);
  EXPECT_EQ(verdict(client().tcp(1, kPort, kAck)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_HALTED), 1U);
  EXPECT_EQ(send_to(client().tcp(1, kPort, kSyn)), 1U);
  ek_real_server_live live = plane->live(1);
  EXPECT_EQ(live.active, 0U) << "the old owner's counts are not the new one's";
  EXPECT_EQ(live.inactive, 1U);
}

// ---- sweep ----

TEST_F(States, SweepFreesWhatHasExpiredAndCountsTheRest) {
  for (bool ipv6 : {false, true}) {
    open({});
    farm(1);
    for (uint16_t port = 1; port <= 50; ++port) {
      send((ipv6 ? client6() : client()).tcp(port, kPort, kSyn));
    }
    for (uint16_t port = 1; port <= 20; ++port) {
      send((ipv6 ? client6() : client()).tcp(port, kPort, kAck));
    }
    ek_sweep sweep = plane->sweep(ipv6);
    EXPECT_EQ(sweep.tick, plane->tick());
    EXPECT_EQ(sweep.used, 50U);
    EXPECT_EQ(sweep.freed, 0U);
    plane->advance(61);
    uint32_t freed = plane->sweep(ipv6, 0, 30).freed;
    freed += plane->sweep(ipv6, 30, 1000).freed;
    EXPECT_EQ(freed, 30U);
    EXPECT_EQ(plane->sweep(ipv6).used, 20U);
    EXPECT_EQ(plane->live(1).active, 20U);
    EXPECT_EQ(plane->live(1).inactive, 0U);
    EXPECT_EQ(plane->sweep(ipv6, 64, 10).used, 0U) << "behind the end";
  }
}

// evenkeeld and the timer may both be gone: what has expired makes room by itself, and only the counts wait for a
// sweep.
TEST_F(States, AnHourWithoutASweepLosesNothing) {
  farm(3);
  constexpr uint16_t kTcpAMinute = 10, kUdpAMinute = 20;  // about 250 at a time, in 448 ways
  for (uint32_t minute = 0; minute < 60; ++minute) {
    for (uint16_t i = 0; i < kTcpAMinute; ++i) {
      EXPECT_NE(establish(client_address(minute), i), 0U);
    }
    for (uint16_t i = 0; i < kUdpAMinute; ++i) {
      uint32_t server = send_to(client(client_address(minute)).udp(i, kPort));
      EXPECT_NE(server, 0U);
      EXPECT_EQ(send_to(client(client_address(minute)).udp(i, kPort)), server);
    }
    plane->advance(60);
  }
  EXPECT_EQ(plane->all_reasons(), 0U);
  auto counted = [this] {
    std::pair<uint32_t, uint32_t> sum;
    for (uint16_t server : servers) {
      sum.first += plane->live(server).active;
      sum.second += plane->live(server).inactive;
    }
    return sum;
  };
  EXPECT_GT(counted().first, 15U * kTcpAMinute) << "some that have expired are still counted";
  EXPECT_GT(plane->sweep(false).freed, 0U);
  EXPECT_EQ(counted(), std::make_pair(15U * kTcpAMinute, 5U * kUdpAMinute)) << "900 and 300 seconds' worth";
}

TEST_F(States, TimerSweepsWithoutAnybody) {
  DataPlane own({.sets4 = 16, .sets6 = 16});  // its timer must not reach into other tests
  uint32_t id = own.add_service();
  uint16_t server = own.add_real_server(id);
  own.set_ring(id, {server});
  own.add_key(kVirtual4, kPort, kTcp, id);
  own.add_key(kVirtual6, kPort, kTcp, id);
  own.run(client().tcp(1, kPort, kSyn));
  own.run(client6().tcp(1, kPort, kSyn));
  own.start_sweeping();
  own.start_sweeping();  // as the next version of the program would
  own.advance(61);
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (own.live(server).inactive != 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(own.live(server).inactive, 0U);
  EXPECT_TRUE(own.connections().empty());
  EXPECT_TRUE(own.connections(true).empty());
}

}  // namespace
}  // namespace evenkeel::packet
