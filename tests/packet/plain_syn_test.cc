// A plain SYN takes the short way (bpf/plain_syn.h); the same one with an IP option takes all steps. Both come to the
// same.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include "decoded.h"
#include "lab.h"

namespace evenkeel::packet {
namespace {

struct Balancing {
  ek_forwarding_method method;
  ek_scheduler scheduler;
};

const Ipv4Fields kOnTheLongWay = {.options = {1, 1, 1, 1}};

class PlainSyn : public Lab, public testing::WithParamInterface<Balancing> {
 protected:
  // More connections than a set's first four ways hold, so that many sets overflow.
  static constexpr uint32_t kConnections = 300;

  void SetUp() override {
    open({});
    serve();
  }
  void serve() {
    std::vector<RealServerOptions> list(3);
    for (size_t i = 0; i < list.size(); ++i) {
      list[i].method = GetParam().method;
      list[i].address = "10.78.0." + std::to_string(21 + i);
      list[i].tunnel_source = "10.78.0.99";
      list[i].weight = 100;
    }
    farm(list, {.scheduler = GetParam().scheduler, .half_open_limit = 100'000});
  }
  static Frame syn(uint32_t number, const Ipv4Fields& fields = {}) {
    return client(client_address(number / 2), fields).tcp(static_cast<uint16_t>(5000 + number % 2), kPort, kSyn);
  }

  // All that connections leave behind, but for the bytes, of which an option is four.
  struct Outcome {
    std::vector<uint32_t> chosen;
    Bytes table;
    std::vector<uint64_t> counts;
    bool operator==(const Outcome&) const = default;
  };
  Outcome open_all(const Ipv4Fields& fields) {
    Outcome outcome;
    for (uint32_t i = 0; i < kConnections; ++i) {
      outcome.chosen.push_back(send_to(syn(i, fields)));
    }
    outcome.table = plane->table_bytes();
    for (uint16_t id : servers) {
      const ek_counters counters = plane->counters(id);
      outcome.counts.insert(outcome.counts.end(),
                            {plane->live(id).active, plane->live(id).inactive, counters.connections, counters.packets});
    }
    outcome.counts.insert(outcome.counts.end(),
                          {plane->service_live(service).half_open, plane->reverse_entries(), plane->all_reasons()});
    return outcome;
  }
};

TEST_P(PlainSyn, ComesToTheSameAsAllSteps) {
  Outcome plain = open_all({});
  EXPECT_EQ(plane->connections().size(), kConnections);
  plane->reset();
  serve();
  Outcome other = open_all(kOnTheLongWay);
  EXPECT_EQ(plain.chosen, other.chosen);
  EXPECT_EQ(plain.counts, other.counts);
  EXPECT_TRUE(plain.table == other.table);
}

TEST_P(PlainSyn, ThatComesAgainChangesNothing) {
  std::vector<uint32_t> chosen;
  for (uint32_t i = 0; i < 6; ++i) {
    uint32_t server = send_to(syn(i));
    EXPECT_EQ(send_to(syn(i)), server);
    chosen.push_back(server);
  }
  EXPECT_EQ(plane->connections().size(), 6U);
  EXPECT_EQ(plane->service_live(service).half_open, 6U);
  if (GetParam().scheduler == EK_SCHEDULER_WRR) {
    EXPECT_EQ(chosen, (std::vector<uint32_t>{1, 2, 3, 1, 2, 3})) << "it takes no turn";
  }
}

TEST_P(PlainSyn, ToARealServerWithoutANextHopIsNamed) {
  for (uint16_t id : servers) {
    plane->set_real_server(id, with_flags(kOnline & ~EK_REAL_SERVER_HAS_NEXT_HOP));
  }
  EXPECT_EQ(verdict(syn(0)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_NO_NEXT_HOP), 1U);
}

TEST_P(PlainSyn, WithoutARealServerIsNamedOnce) {
  for (uint16_t id : servers) {
    plane->set_real_server(id, with_flags(kDrained));
  }
  EXPECT_EQ(verdict(syn(0)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_NO_REAL_SERVER), 1U);
  EXPECT_EQ(plane->all_reasons(), 1U);
  EXPECT_TRUE(plane->connections().empty());
}

INSTANTIATE_TEST_SUITE_P(Methods, PlainSyn,
                         testing::Values(Balancing{EK_METHOD_DIRECT_ROUTING, EK_SCHEDULER_WLC},
                                         Balancing{EK_METHOD_DIRECT_ROUTING, EK_SCHEDULER_WRR},
                                         Balancing{EK_METHOD_DIRECT_ROUTING, EK_SCHEDULER_RING},
                                         Balancing{EK_METHOD_TUNNEL, EK_SCHEDULER_WLC},
                                         Balancing{EK_METHOD_NAT, EK_SCHEDULER_WLC},
                                         Balancing{EK_METHOD_NAT, EK_SCHEDULER_WRR},
                                         Balancing{EK_METHOD_SNAT, EK_SCHEDULER_WLC},
                                         Balancing{EK_METHOD_SNAT, EK_SCHEDULER_RING}));

// Where services are found: a hint is taken for exactly its address, port and protocol (ek_service_hint).
class PlainSynHint : public Lab {
 protected:
  void SetUp() override {
    open({});
    farm(2);
  }
  static uint64_t& place_of(ek_arrays& arrays, uint16_t port) {
    return arrays
        .service_hints[ek_service_hint_place(ek_service_hint(inet_addr(kVirtual4.c_str()), htons(port), kTcp, 0))];
  }
};

TEST_F(PlainSynHint, FindsTheServiceWithoutItsKey) {
  constexpr uint16_t kOther = kPort + 1;
  EXPECT_EQ(verdict(client().tcp(5000, kOther, kSyn)), Verdict::kPass);
  plane->hint(kVirtual4, kOther, kTcp, service);
  EXPECT_EQ(verdict(client().tcp(5000, kOther, kSyn)), Verdict::kTransmit);
}

TEST_F(PlainSynHint, IsNotNeeded) {
  place_of(plane->arrays(), kPort) = 0;
  EXPECT_EQ(verdict(client().tcp(5000, kPort, kSyn)), Verdict::kTransmit);
}

TEST_F(PlainSynHint, OfAnotherKeyIsNotTaken) {
  const uint32_t nobodys = service + 1;
  for (uint64_t other : {ek_service_hint(inet_addr("10.77.0.101"), htons(kPort), kTcp, nobodys),
                         ek_service_hint(inet_addr(kVirtual4.c_str()), htons(kPort + 1), kTcp, nobodys),
                         ek_service_hint(inet_addr(kVirtual4.c_str()), htons(kPort), kUdp, nobodys)}) {
    place_of(plane->arrays(), kPort) = other;
    EXPECT_EQ(verdict(client().tcp(5000, kPort, kSyn)), Verdict::kTransmit);
    plane->forget_connections();
  }
}

class PlainSourcePort : public Lab {
 protected:
  void SetUp() override {
    open({});
    serve(1);
  }
  void serve(size_t servers) {
    std::vector<RealServerOptions> list(servers);
    for (size_t i = 0; i < servers; ++i) {
      list[i].method = EK_METHOD_SNAT;
      list[i].address = "10.78.0." + std::to_string(21 + i);
    }
    farm(list, {});
  }
  uint16_t source_port(const std::string& from, uint16_t port) const {
    return Decoded(send(client(from).tcp(port, kPort, kSyn)).bytes).source_port();
  }
};

TEST_F(PlainSourcePort, IsTheClientsWhereNobodyHasIt) {
  EXPECT_EQ(source_port(client_address(1), 5000), 5000);
  EXPECT_NE(source_port(client_address(2), 5000), 5000);
  EXPECT_EQ(source_port(client_address(2), 5001), 5001);
  EXPECT_EQ(plane->reverse_entries(), 3U);
}

TEST_F(PlainSourcePort, IsNoPrivilegedOne) {
  EXPECT_GE(source_port(client_address(1), 500), EK_FIRST_SOURCE_PORT);
}

// The short way takes a turn of round robin before it knows; the steps would take the next one.
TEST_F(PlainSourcePort, WhereItIsAnotherEachRealServerHasItsTurn) {
  open({});
  serve(2);
  for (uint32_t i = 0; i < 60; ++i) {
    EXPECT_EQ(verdict(client(client_address(i)).tcp(i % 3 ? 5000 : 500, kPort, kSyn)), Verdict::kTransmit);
  }
  EXPECT_EQ(plane->live(1).inactive, 30U);
  EXPECT_EQ(plane->live(2).inactive, 30U);
}

}  // namespace
}  // namespace evenkeel::packet
