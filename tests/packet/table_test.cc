// The connection table when it gets tight, persistence, and explaining without doing.
#include <gtest/gtest.h>

#include <algorithm>

#include "lab.h"

namespace evenkeel::packet {
namespace {

// One set only: both candidates of every connection are the same seven ways.
class TightTable : public Lab {
 protected:
  void SetUp() override { open({.sets4 = 1, .sets6 = 1}); }

  std::vector<uint32_t> ports_left() const {
    std::vector<uint32_t> left;
    for (uint16_t port = 1; port <= 40; ++port) {
      if (in_table(port)) {
        left.push_back(port);
      }
    }
    return left;
  }
  // Known by a segment that changes nothing: without flags.
  bool in_table(uint16_t port) const {
    uint64_t before = plane->all_reasons();
    send(client().tcp(port, kPort, 0));
    return plane->all_reasons() == before;
  }
};

TEST_F(TightTable, LiveConnectionsAreNeverDisplaced) {
  farm(3);
  std::vector<uint32_t> server(8);
  for (uint16_t port = 1; port <= 7; ++port) {
    server[port] = establish(kClient4, port);
  }
  Bytes before = plane->table_bytes();
  for (uint16_t port = 100; port < 200; ++port) {
    uint32_t chosen = send_to(client().tcp(port, kPort, kSyn));
    EXPECT_NE(chosen, 0U) << "forwarded all the same";
    EXPECT_EQ(send_to(client().tcp(port, kPort, kAck)), chosen) << "and its next packets alike";
    EXPECT_EQ(send_to(client().tcp(port, kPort, kFin | kAck)), chosen);
  }
  EXPECT_EQ(plane->table_bytes(), before);
  EXPECT_EQ(count(EK_REASON_TABLE_FULL), 300U);
  EXPECT_EQ(count(EK_REASON_NOT_A_CONNECTION), 0U);
  for (uint16_t port = 1; port <= 7; ++port) {
    EXPECT_EQ(send_to(client().tcp(port, kPort, kAck)), server[port]);
  }
}

TEST_F(TightTable, OldestHalfOpenGivesWayToANewOne) {
  farm(1);
  for (uint16_t port = 1; port <= 4; ++port) {
    establish(kClient4, port);
  }
  for (uint16_t port = 5; port <= 7; ++port) {
    send(client().tcp(port, kPort, kSyn));
    plane->advance(1);
  }
  send(client().tcp(8, kPort, kSyn));
  EXPECT_EQ(count(EK_REASON_EVICTED_HALF_OPEN), 1U);
  EXPECT_EQ(ports_left(), (std::vector<uint32_t>{1, 2, 3, 4, 6, 7, 8}));
  EXPECT_EQ(plane->live(1).active, 4U);
  EXPECT_EQ(plane->live(1).inactive, 3U);
}

TEST_F(TightTable, ClosedGoBeforeClosingBeforeHalfOpen) {
  farm(1);
  for (uint16_t port = 1; port <= 6; ++port) {
    establish(kClient4, port);
  }
  send(client().tcp(5, kPort, kFin | kAck));  // FIN_WAIT
  send(client().tcp(6, kPort, kRst));         // CLOSE
  send(client().tcp(7, kPort, kSyn));         // SYN_RECV
  const std::vector<std::pair<uint16_t, std::vector<uint32_t>>> order = {
      {11, {1, 2, 3, 4, 5, 7, 11}},
      {12, {1, 2, 3, 4, 7, 11, 12}},
      {13, {1, 2, 3, 4, 11, 12, 13}},
  };
  for (const auto& [port, left] : order) {
    send(client().tcp(port, kPort, kSyn));
    send(client().tcp(port, kPort, kAck));
    EXPECT_EQ(ports_left(), left);
  }
  EXPECT_EQ(count(EK_REASON_EVICTED_HALF_OPEN), 1U);
}

TEST_F(TightTable, ExpiredGoBeforeAll) {
  farm(1);
  for (uint16_t port = 1; port <= 6; ++port) {
    establish(kClient4, port);
  }
  plane->advance(895);
  for (uint16_t port = 1; port <= 5; ++port) {
    send(client().tcp(port, kPort, kAck));
  }
  send(client().tcp(7, kPort, kSyn));
  plane->advance(10);
  send(client().tcp(8, kPort, kSyn));
  EXPECT_EQ(ports_left(), (std::vector<uint32_t>{1, 2, 3, 4, 5, 7, 8}));
  EXPECT_EQ(plane->live(1).active, 5U);
  EXPECT_EQ(plane->live(1).inactive, 2U);
  EXPECT_EQ(count(EK_REASON_EVICTED_HALF_OPEN), 0U);
}

TEST_F(TightTable, Ipv6Alike) {
  farm(1);
  for (uint16_t port = 1; port <= 7; ++port) {
    send(client6().tcp(port, kPort, kSyn));
    send(client6().tcp(port, kPort, kAck));
  }
  EXPECT_EQ(send_to(client6().tcp(8, kPort, kSyn)), 1U);
  EXPECT_EQ(send_to(client6().udp(8, kPort)), 1U);
  EXPECT_EQ(count(EK_REASON_TABLE_FULL), 2U);
  EXPECT_EQ(plane->connections(true).size(), 7U);
}

TEST_F(TightTable, TwoThirdsFullLosesNothing) {
  open({.sets4 = 1024, .sets6 = 1});
  farm(1);
  const uint32_t wanted = 1024 * EK_SET_WAYS * 2 / 3;
  for (uint32_t i = 0; i < wanted; ++i) {
    send(client(client_address(i)).udp(1, kPort));
  }
  EXPECT_EQ(plane->connections().size(), wanted);
  EXPECT_EQ(plane->all_reasons(), 0U);
  EXPECT_EQ(plane->live(1).inactive, wanted);
}

// Until the first connection finds no room: what is in a first, second or third set is found, answered for and removed.
TEST_F(TightTable, ConnectionsInAThirdSetAreLikeOthers) {
  constexpr uint32_t kSets = 1024;
  open({.sets4 = kSets, .sets6 = 1});
  farm(2);
  std::vector<uint32_t> server;
  while (count(EK_REASON_TABLE_FULL) == 0) server.push_back(establish(client_address(server.size()), 1));
  server.pop_back();
  const Bytes table = plane->table_bytes();
  size_t twice = 0;
  for (size_t set = 0; set < kSets; ++set)
    twice += (reinterpret_cast<const ek_set4*>(table.data())[set].header.hints & EK_SET_OVERFLOWED_TWICE) != 0;
  ASSERT_GT(twice, 3U) << "third sets are in use";
  EXPECT_GT(server.size(), kSets * EK_SET_WAYS * 7 / 10);
  EXPECT_EQ(plane->connections().size(), server.size());
  EXPECT_EQ(plane->live(1).active + plane->live(2).active, server.size());
  const uint64_t forwarded = plane->all_reasons();
  for (size_t i = 0; i < server.size(); ++i)
    EXPECT_EQ(send_to(client(client_address(i)).tcp(1, kPort, kPsh | kAck)), server[i]);
  EXPECT_EQ(plane->all_reasons(), forwarded) << "each by its entry";
  for (size_t i = 0; i < server.size(); ++i) send(client(client_address(i)).tcp(1, kPort, kRst));
  EXPECT_EQ(plane->live(1).active + plane->live(2).active, 0U);
  for (size_t i = 0; i < server.size(); ++i) establish(client_address(i), 1);  // replaced where they were
  EXPECT_EQ(plane->connections().size(), server.size());
  EXPECT_EQ(plane->live(1).active + plane->live(2).active, server.size());
}

TEST_F(TightTable, SynFloodLeavesPersistenceEntriesAlone) {
  farm(2, {.persistence_timeout = 300});
  uint32_t server = establish(kClient4, 1);  // a connection and its template
  for (uint32_t i = 0; i < 200; ++i) {
    open_tcp(client_address(i), 1);
  }
  std::vector<Connection> list = plane->connections();
  EXPECT_EQ(std::count_if(list.begin(), list.end(), [](auto& c) { return c.state == EK_STATE_TEMPLATE; }), 1);
  EXPECT_EQ(send_to(client().tcp(1, kPort, kAck)), server);
  EXPECT_EQ(send_to(client().tcp(2, kPort, kSyn)), server);
}

TEST_F(TightTable, NoRoomForATemplatePlacesBySource) {
  farm(3, {.scheduler = EK_SCHEDULER_WRR, .persistence_timeout = 300});
  plane->set_service(service, {.scheduler = EK_SCHEDULER_WRR});
  for (uint16_t port = 1; port <= 7; ++port) {
    establish(kClient4, port);
  }
  plane->set_service(service, {.scheduler = EK_SCHEDULER_WRR, .persistence_timeout = 300});
  uint32_t server = send_to(client("10.9.9.9").udp(1, kPort));
  EXPECT_NE(server, 0U);
  EXPECT_EQ(count(EK_REASON_TEMPLATE_TABLE_FULL), 1U);
}

// ---- persistence ----

class Persistence : public Lab {
 protected:
  static ServiceOptions persistent(uint32_t timeout = 300, uint8_t prefix4 = 32, uint8_t prefix6 = 128) {
    ServiceOptions options;
    options.persistence_timeout = timeout;
    options.ipv4_prefix = prefix4;
    options.ipv6_prefix = prefix6;
    return options;
  }
  size_t templates(ek_state state) const {
    std::vector<Connection> list = plane->connections();
    return std::count_if(list.begin(), list.end(),
                         [&](const Connection& c) { return c.template_service && c.state == state; });
  }
};

TEST_F(Persistence, ClientReturnsToItsServerAcrossPortsAndProtocols) {
  farm(4, persistent());
  uint32_t server = establish(kClient4, 1);
  for (uint16_t port = 2; port <= 10; ++port) {
    EXPECT_EQ(open_tcp(kClient4, port), server);
    EXPECT_EQ(send_to(client().udp(port, kPort)), server);
  }
  uint32_t others = 0;
  for (uint32_t i = 0; i < 8; ++i) {
    others += establish(client_address(i), 1) != server;
  }
  EXPECT_EQ(others, 6U) << "round robin goes on for others";
}

TEST_F(Persistence, ParallelHandshakesStayTogether) {
  farm(4, persistent());
  uint32_t server = open_tcp(kClient4, 1);
  for (uint16_t port = 2; port <= 6; ++port) {
    EXPECT_EQ(open_tcp(kClient4, port), server);
  }
  EXPECT_EQ(templates(EK_STATE_NONE), 1U);
  send(client().tcp(3, kPort, kAck));
  EXPECT_EQ(templates(EK_STATE_NONE), 0U);
  EXPECT_EQ(templates(EK_STATE_TEMPLATE), 1U);
}

TEST_F(Persistence, EndsWithItsTimeoutAfterTheLastNewConnection) {
  farm(2, persistent(300));
  uint32_t server = establish(kClient4, 1);
  plane->advance(300);
  EXPECT_EQ(establish(kClient4, 2), server) << "refreshed";
  plane->advance(300);
  EXPECT_EQ(establish(kClient4, 3), server);
  plane->advance(301);
  EXPECT_EQ(open_tcp(kClient4, 4), 3 - server) << "round robin's turn";
}

TEST_F(Persistence, OfAnUnfinishedHandshakeEndsWithIt) {
  farm(2, persistent(300));
  uint32_t server = open_tcp(kClient4, 1);
  plane->advance(61);
  EXPECT_EQ(open_tcp(kClient4, 2), 3 - server);
}

TEST_F(Persistence, NetworkInsteadOfAddress) {
  farm(4, persistent(300, 24, 56));
  uint32_t server = establish("10.1.2.3", 1);
  EXPECT_EQ(establish("10.1.2.200", 1), server);
  EXPECT_NE(establish("10.1.3.3", 1), server);
  uint32_t server6 = send_to(client6("fd00:1:2:3400::1").udp(1, kPort));
  EXPECT_EQ(send_to(client6("fd00:1:2:34ff::2").udp(1, kPort)), server6);
  EXPECT_NE(send_to(client6("fd00:1:2:3500::1").udp(1, kPort)), server6);
}

TEST_F(Persistence, MovesWhenItsServerIsUnusable) {
  farm(2, persistent());
  uint32_t server = establish(kClient4, 1), other = 3 - server;
  plane->set_real_server(server, with_flags(kDrained));
  EXPECT_EQ(establish(kClient4, 2), other);
  plane->set_real_server(server, {});
  EXPECT_EQ(establish(kClient4, 3), other) << "and stays there";
  EXPECT_EQ(templates(EK_STATE_TEMPLATE), 1U);
  plane->renew_real_server(other);
  plane->set_real_server(other, with_weight(0));
  EXPECT_EQ(establish(kClient4, 4), server);
}

TEST_F(Persistence, ClientMayGoToAnOverloadedServer) {
  RealServerOptions one;
  one.maximum = 1;
  farm(2, persistent(), one);
  uint32_t server = establish(kClient4, 1);
  EXPECT_EQ(establish(kClient4, 2), server);
  EXPECT_NE(establish("10.9.9.9", 1), server);
}

TEST_F(Persistence, TemplatesAreInNoCount) {
  farm(1, persistent());
  establish(kClient4, 1);
  plane->advance(2000);
  EXPECT_EQ(plane->sweep(false).freed, 2U);
  ek_real_server_live live = plane->live(1);
  EXPECT_EQ(live.active, 0U);
  EXPECT_EQ(live.inactive, 0U);
}

// ---- explaining ----

class Explaining : public Lab {
 protected:
  void SetUp() override { open({.load_explaining = true}); }

  struct Everything {
    Bytes table4, table6;
    uint64_t reasons, packets, connections;
    uint32_t active, inactive, round_robin;
    bool operator==(const Everything&) const = default;
  };
  Everything everything() const {
    ek_counters counters = plane->counters(1);
    ek_real_server_live live = plane->live(1);
    return {plane->table_bytes(), plane->table_bytes(true),
            plane->all_reasons(), counters.packets,
            counters.connections, live.active,
            live.inactive,        plane->service_live(service).round_robin};
  }
  // Asks, sees that nothing changed, then sends: the same must come out.
  ek_explanation ask(const Frame& frame) const {
    Everything before = everything();
    Output told = plane->explain(frame.bytes());
    ek_explanation explanation = plane->explanation();
    EXPECT_EQ(everything(), before);
    Output done = send(frame);
    EXPECT_EQ(told.verdict, done.verdict);
    EXPECT_EQ(told.bytes, done.bytes);
    EXPECT_EQ(explanation.real_server, server_of(done));
    return explanation;
  }
};

TEST_F(Explaining, EveryDecision) {
  farm(3, {.persistence_timeout = 300});
  ek_explanation said = ask(client().tcp(1, kPort, kSyn));
  EXPECT_EQ(said.decision, EK_DECISION_SCHEDULER);
  EXPECT_EQ(said.service, service);
  EXPECT_EQ(said.candidates, 1U);
  EXPECT_EQ(said.tries, 0U);
  said = ask(client().tcp(1, kPort, kAck));
  EXPECT_EQ(said.decision, EK_DECISION_CONNECTION);
  EXPECT_EQ(said.state, EK_STATE_SYN_RECV);
  EXPECT_EQ(said.service, service);
  EXPECT_EQ(ask(client().tcp(2, kPort, kSyn)).decision, EK_DECISION_PERSISTENCE);
  EXPECT_EQ(ask(client().tcp(2, 80, kSyn)).decision, EK_DECISION_NOT_OURS);
  said = ask(client().tcp(9, kPort, kAck));
  EXPECT_EQ(said.decision, EK_DECISION_LOCAL);
  EXPECT_EQ(said.reason, EK_REASON_NOT_A_CONNECTION);
  EXPECT_EQ(ask(client6().udp(1, kPort)).decision, EK_DECISION_SCHEDULER);
}

TEST_F(Explaining, SkippedServersDropAndFallback) {
  farm({with_flags(kDrained), with_flags(kDrained), {}});
  ek_explanation said = ask(client().tcp(1, kPort, kSyn));
  EXPECT_EQ(said.tries, 2U);
  EXPECT_EQ(said.candidates, 3U);
  EXPECT_EQ(said.real_server, 3U);
  plane->set_real_server(3, with_flags(kHalted));
  said = ask(client().tcp(1, kPort, kAck));
  EXPECT_EQ(said.decision, EK_DECISION_DROP);
  EXPECT_EQ(said.reason, EK_REASON_HALTED);
  said = ask(client().tcp(2, kPort, kSyn));
  EXPECT_EQ(said.decision, EK_DECISION_DROP);
  EXPECT_EQ(said.reason, EK_REASON_NO_REAL_SERVER);
  plane->set_service(service, {.flags = EK_SERVICE_FALLBACK_LOCAL});
  EXPECT_EQ(ask(client().tcp(3, kPort, kSyn)).decision, EK_DECISION_FALLBACK);
}

TEST_F(Explaining, EverySchedulerForecastsItself) {
  for (ek_scheduler scheduler : {EK_SCHEDULER_WLC, EK_SCHEDULER_WRR, EK_SCHEDULER_RING}) {
    open({.load_explaining = true});
    farm(5, {.scheduler = scheduler});
    for (uint32_t i = 0; i < 30; ++i) {
      ask(client(client_address(i)).tcp(1, kPort, kSyn));
    }
  }
}

}  // namespace
}  // namespace evenkeel::packet
