// A plain SYN takes the short way (bpf/plain_syn.h); the same one with an IP option, or an extension header, takes all
// steps. Both come to the same.
#include <gtest/gtest.h>

#include "decoded.h"
#include "lab.h"

namespace evenkeel::packet {
namespace {

struct Balancing {
  ek_forwarding_method method;
  ek_scheduler scheduler;
  bool ipv6;
};

enum class Length { kShort, kLong };

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
      list[i].address = (ipv6() ? "fd78::" : "10.78.0.") + std::to_string(21 + i);
      list[i].tunnel_source = ipv6() ? "fd78::99" : "10.78.0.99";
      list[i].weight = 100;
    }
    farm(list, {.scheduler = GetParam().scheduler, .half_open_limit = 100'000});
  }
  static bool ipv6() { return GetParam().ipv6; }
  static Frame syn(uint32_t number, Length way = Length::kShort) {
    const bool is_long = way == Length::kLong;
    Frame ip = ipv6() ? client6("fd77:2::" + std::to_string(number / 2))
                      : client(client_address(number / 2), {.options = Bytes(is_long ? 4 : 0, 1)});
    if (ipv6() && is_long) ip.extension(kDestinationOptions);
    return ip.tcp(static_cast<uint16_t>(5000 + number % 2), kPort, kSyn);
  }

  // All that connections leave behind, but for the bytes.
  struct Outcome {
    std::vector<uint32_t> chosen;
    Bytes table;
    std::vector<uint64_t> counts;
    bool operator==(const Outcome&) const = default;
  };
  Outcome open_all(Length way) {
    Outcome outcome;
    for (uint32_t i = 0; i < kConnections; ++i) {
      outcome.chosen.push_back(send_to(syn(i, way)));
    }
    outcome.table = plane->table_bytes(ipv6());
    for (uint16_t id : servers) {
      const ek_counters counters = plane->counters(id);
      outcome.counts.insert(outcome.counts.end(),
                            {plane->live(id).active, plane->live(id).inactive, counters.connections, counters.packets});
    }
    outcome.counts.insert(outcome.counts.end(), {plane->service_live(service).half_open, plane->reverse_entries(ipv6()),
                                                 plane->all_reasons()});
    return outcome;
  }
};

TEST_P(PlainSyn, ComesToTheSameAsAllSteps) {
  Outcome plain = open_all(Length::kShort);
  EXPECT_EQ(plane->connections(ipv6()).size(), kConnections);
  plane->reset();
  serve();
  Outcome other = open_all(Length::kLong);
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
  EXPECT_EQ(plane->connections(ipv6()).size(), 6U);
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
  EXPECT_TRUE(plane->connections(ipv6()).empty());
}

std::vector<Balancing> all_balancings() {
  std::vector<Balancing> all;
  for (const bool ipv6 : {false, true})
    for (const auto& [method, scheduler] :
         std::vector<std::pair<ek_forwarding_method, ek_scheduler>>{{EK_METHOD_DIRECT_ROUTING, EK_SCHEDULER_WLC},
                                                                    {EK_METHOD_DIRECT_ROUTING, EK_SCHEDULER_WRR},
                                                                    {EK_METHOD_DIRECT_ROUTING, EK_SCHEDULER_RING},
                                                                    {EK_METHOD_TUNNEL, EK_SCHEDULER_WLC},
                                                                    {EK_METHOD_NAT, EK_SCHEDULER_WLC},
                                                                    {EK_METHOD_NAT, EK_SCHEDULER_WRR},
                                                                    {EK_METHOD_SNAT, EK_SCHEDULER_WLC},
                                                                    {EK_METHOD_SNAT, EK_SCHEDULER_RING}})
      all.push_back({method, scheduler, ipv6});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Methods, PlainSyn, testing::ValuesIn(all_balancings()));

// Where services are found: a hint is taken for exactly its address, port and protocol (ek_service_hint).
class PlainSynHint : public Lab, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    open({});
    farm(2);
  }
  static bool ipv6() { return GetParam(); }
  static std::string virtual_address() { return ipv6() ? kVirtual6 : kVirtual4; }
  static Frame syn(uint16_t port) { return (ipv6() ? client6() : client()).tcp(5000, port, kSyn); }
  // As if it had this place in the table of hints, whatever its own is.
  void move_hint(const std::string& address, uint16_t port, uint8_t protocol, uint32_t id) const {
    ek_arrays& arrays = plane->arrays();
    const uint32_t to = DataPlane::hint_place(virtual_address(), kPort, kTcp);
    const uint32_t from = DataPlane::hint_place(address, port, protocol);
    plane->hint(address, port, protocol, id);
    arrays.service_hints4[to] = arrays.service_hints4[from];
    arrays.service_hints6[to] = arrays.service_hints6[from];
  }
};

TEST_P(PlainSynHint, FindsTheServiceWithoutItsKey) {
  constexpr uint16_t kOther = kPort + 1;
  EXPECT_EQ(verdict(syn(kOther)), Verdict::kPass);
  plane->hint(virtual_address(), kOther, kTcp, service);
  EXPECT_EQ(verdict(syn(kOther)), Verdict::kTransmit);
}

TEST_P(PlainSynHint, IsNotNeeded) {
  const uint32_t place = DataPlane::hint_place(virtual_address(), kPort, kTcp);
  plane->arrays().service_hints4[place] = 0;
  plane->arrays().service_hints6[place] = {};
  EXPECT_EQ(verdict(syn(kPort)), Verdict::kTransmit);
}

// The last two addresses fold to the same word as ours.
TEST_P(PlainSynHint, OfAnotherKeyIsNotTaken) {
  const uint32_t nobodys = service + 1;
  const std::vector<std::string> others = ipv6()
                                              ? std::vector<std::string>{"fd77::101", "fd77:0:0:100::", "0:0:fd77::100"}
                                              : std::vector<std::string>{"10.77.0.101"};
  for (const std::string& other : others) {
    move_hint(other, kPort, kTcp, nobodys);
    EXPECT_EQ(verdict(syn(kPort)), Verdict::kTransmit) << other;
    plane->forget_connections();
  }
  move_hint(virtual_address(), kPort + 1, kTcp, nobodys);
  EXPECT_EQ(verdict(syn(kPort)), Verdict::kTransmit);
  plane->forget_connections();
  move_hint(virtual_address(), kPort, kUdp, nobodys);
  EXPECT_EQ(verdict(syn(kPort)), Verdict::kTransmit);
}

INSTANTIATE_TEST_SUITE_P(Families, PlainSynHint, testing::Bool(),
                         [](const auto& info) { return info.param ? "Ipv6" : "Ipv4"; });

class PlainSourcePort : public Lab, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    open({});
    serve(1);
  }
  void serve(size_t servers) {
    std::vector<RealServerOptions> list(servers);
    for (size_t i = 0; i < servers; ++i) {
      list[i].method = EK_METHOD_SNAT;
      list[i].address = (ipv6() ? "fd78::" : "10.78.0.") + std::to_string(21 + i);
    }
    farm(list, {});
  }
  static bool ipv6() { return GetParam(); }
  static Frame syn(uint32_t client_number, uint16_t port) {
    return (ipv6() ? client6("fd77:2::" + std::to_string(client_number)) : client(client_address(client_number)))
        .tcp(port, kPort, kSyn);
  }
  uint16_t source_port(uint32_t client_number, uint16_t port) const {
    return Decoded(send(syn(client_number, port)).bytes).source_port();
  }
};

TEST_P(PlainSourcePort, IsTheClientsWhereNobodyHasIt) {
  EXPECT_EQ(source_port(1, 5000), 5000);
  EXPECT_NE(source_port(2, 5000), 5000);
  EXPECT_EQ(source_port(2, 5001), 5001);
  EXPECT_EQ(plane->reverse_entries(ipv6()), 3U);
}

TEST_P(PlainSourcePort, IsNoPrivilegedOne) {
  EXPECT_GE(source_port(1, 500), EK_FIRST_SOURCE_PORT);
}

// The short way takes a turn of round robin before it knows; the steps would take the next one.
TEST_P(PlainSourcePort, WhereItIsAnotherEachRealServerHasItsTurn) {
  open({});
  serve(2);
  for (uint32_t i = 0; i < 60; ++i) {
    EXPECT_EQ(verdict(syn(i, i % 3 ? 5000 : 500)), Verdict::kTransmit);
  }
  EXPECT_EQ(plane->live(1).inactive, 30U);
  EXPECT_EQ(plane->live(2).inactive, 30U);
}

INSTANTIATE_TEST_SUITE_P(Families, PlainSourcePort, testing::Bool(),
                         [](const auto& info) { return info.param ? "Ipv6" : "Ipv4"; });

}  // namespace
}  // namespace evenkeel::packet
