// SNAT's source ports: each connection has one of its own at its real server, and what happens when there is none left.
#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "decoded.h"
#include "lab.h"

namespace evenkeel::packet {
namespace {

constexpr uint32_t kPortsOfASource = 65536 - EK_FIRST_SOURCE_PORT;

struct Kind {
  uint8_t protocol;
  bool ipv6;
  uint64_t key = 1;  // of the hash that decides which ports are tried
};

class SourcePorts : public Lab, public testing::WithParamInterface<Kind> {
 protected:
  // Room for more connections than two source addresses have ports, with half of it free.
  void SetUp() override { open({.sets4 = 32768, .sets6 = 32768, .key = GetParam().key}); }

  static bool ipv6() { return GetParam().ipv6; }
  static std::string virtual_address() { return ipv6() ? kVirtual6 : kVirtual4; }
  static std::string real_address(size_t number) {
    return (ipv6() ? "fd78::" : "10.78.0.") + std::to_string(20 + number);
  }
  static std::string source_address(size_t number) {
    return (ipv6() ? "fd77::20" : "10.77.0.20") + std::to_string(number);
  }
  static Frame packet(const std::string& from, const std::string& to, uint16_t from_port, uint16_t to_port,
                      uint8_t flags) {
    Frame frame = ipv6() ? Frame().ipv6(from, to) : Frame().ipv4(from, to);
    return GetParam().protocol == kTcp ? frame.tcp(from_port, to_port, flags) : frame.udp(from_port, to_port);
  }
  // The first packet of this client, all of whose ports are the same.
  static Frame opening(uint32_t number) {
    const std::string from = ipv6() ? "fd80::" + std::to_string(number / 10000) + ":" + std::to_string(number % 10000)
                                    : client_address(number);
    return packet(from, virtual_address(), 5000, kPort, kSyn);
  }

  void serve(size_t count) {
    std::vector<RealServerOptions> list(count);
    for (size_t i = 0; i < count; ++i) {
      list[i].method = EK_METHOD_SNAT;
      list[i].address = real_address(i + 1);
    }
    farm(list, {});
  }
  void set_sources(size_t count) {
    std::vector<std::string> addresses;
    for (size_t number = 1; number <= count; ++number) addresses.push_back(source_address(number));
    plane->set_sources(service, addresses);
  }

  // What a real server tells its connections apart by.
  struct AtRealServer {
    std::string source, real_server;
    uint16_t port;
    auto operator<=>(const AtRealServer&) const = default;
  };
  // Of each new connection that went through.
  std::multiset<AtRealServer> open_many(uint32_t count) const {
    std::multiset<AtRealServer> seen;
    for (uint32_t i = 0; i < count; ++i) {
      const Output output = send(opening(i));
      if (output.verdict != Verdict::kTransmit) continue;
      const Decoded packet(output.bytes);
      seen.insert({packet.source(), packet.destination(), packet.source_port()});
    }
    return seen;
  }
  // Without reading what came out, which takes longer than all the rest.
  uint64_t count_refused(uint32_t connections) const {
    for (uint32_t i = 0; i < connections; ++i) send(opening(i));
    return connections - plane->reverse_entries(ipv6());
  }
  static size_t distinct(const std::multiset<AtRealServer>& seen) {
    return std::set<AtRealServer>(seen.begin(), seen.end()).size();
  }
};

TEST_P(SourcePorts, EachConnectionHasItsOwnPortAtItsRealServerWhereAnswersFindIt) {
  open({.sets4 = 8192, .sets6 = 8192});  // little, so that the reverse index overflows
  serve(1);
  const std::multiset<AtRealServer> seen = open_many(38000);
  EXPECT_EQ(seen.size() + count(EK_REASON_NO_SOURCE_PORT), 38000U);
  EXPECT_GT(seen.size(), 37990U) << "the search seldom fails with nearly half of the ports free";
  EXPECT_EQ(distinct(seen), seen.size());
  EXPECT_EQ(plane->reverse_entries(ipv6()), seen.size());
  EXPECT_GT(plane->beyond_reverse_sets(ipv6()), 0U);
  for (const AtRealServer& connection : seen) {
    const Frame answer = packet(connection.real_server, connection.source, kPort, connection.port, kSyn | kAck);
    ASSERT_EQ(verdict(answer), Verdict::kTransmit) << connection.port;
  }
}

TEST_P(SourcePorts, EveryRealServerHasAllPorts) {
  serve(2);
  EXPECT_EQ(open_many(2), (std::multiset<AtRealServer>{{virtual_address(), real_address(1), 5000},
                                                       {virtual_address(), real_address(2), 5000}}));
}

TEST_P(SourcePorts, AllSourceAddressesAreUsed) {
  serve(1);
  set_sources(3);
  std::set<std::string> sources;
  for (const AtRealServer& seen : open_many(60)) sources.insert(seen.source);
  EXPECT_EQ(sources, (std::set<std::string>{source_address(1), source_address(2), source_address(3)}));
}

TEST_P(SourcePorts, EachProtocolHasAllPorts) {
  serve(1);
  for (const uint8_t protocol : {kTcp, kUdp}) {
    const std::string from = ipv6() ? kClient6 : kClient4;
    const Frame ip = ipv6() ? Frame().ipv6(from, virtual_address()) : Frame().ipv4(from, virtual_address());
    const Output output = send(protocol == kTcp ? Frame(ip).tcp(5000, kPort, kSyn) : Frame(ip).udp(5000, kPort));
    EXPECT_EQ(Decoded(output.bytes).source_port(), 5000);
  }
}

TEST_P(SourcePorts, ExhaustionIsNamedAndHarmsNobodyElse) {
  serve(1);
  const uint64_t refused = count_refused(66000);
  EXPECT_GT(refused, 66000U - kPortsOfASource);
  EXPECT_LT(refused, 66000U - kPortsOfASource + 600) << "1,024 are tried";
  EXPECT_EQ(count(EK_REASON_NO_SOURCE_PORT), refused);
  EXPECT_EQ(plane->all_reasons(), refused);
  EXPECT_EQ(plane->live(1).inactive, 66000 - refused) << "what was dropped left nothing";
  EXPECT_EQ(plane->connections(ipv6()).size(), 66000 - refused);
  EXPECT_EQ(plane->live(1).no_port_tick, plane->tick() + 1) << "one search through them in a tick is enough";
}

INSTANTIATE_TEST_SUITE_P(Kinds, SourcePorts,
                         testing::Values(Kind{kTcp, false}, Kind{kUdp, false}, Kind{kTcp, true}, Kind{kUdp, true}),
                         [](const auto& info) {
                           return std::string(info.param.protocol == kTcp ? "Tcp" : "Udp") +
                                  (info.param.ipv6 ? "6" : "4");
                         });

// Each source address has its ports at each real server.
class SourcePortCapacity : public SourcePorts {};

TEST_P(SourcePortCapacity, IsThatOfAllSourceAddresses) {
  serve(1);
  set_sources(2);
  EXPECT_EQ(count_refused(kPortsOfASource * 195 / 100), 0U)
      << "who finds none of one address is given one of the other";
}

TEST_P(SourcePortCapacity, IsThatOfAllRealServers) {
  serve(2);
  EXPECT_EQ(count_refused(kPortsOfASource * 195 / 100), 0U);
}

// With these keys a connection is first to try several hundred ports in a row that SNAT does not use.
INSTANTIATE_TEST_SUITE_P(Kinds, SourcePortCapacity, testing::Values(Kind{kTcp, false, 20}, Kind{kUdp, true, 5}),
                         [](const auto& info) { return info.param.ipv6 ? "Udp6" : "Tcp4"; });

class OneConnection : public Lab {};

TEST_F(OneConnection, ThroughTwoServicesIsNamed) {
  RealServerOptions server;
  server.method = EK_METHOD_NAT;
  server.address = "10.78.0.21";
  server.port = 80;
  farm(1, {}, server);
  uint32_t other = plane->add_service({});
  uint16_t same = plane->add_real_server(other, server);
  plane->set_ring(other, {same});
  plane->add_key(kVirtual4, 446, kTcp, other);
  EXPECT_EQ(verdict(client().tcp(1, kPort, kSyn)), Verdict::kTransmit);
  EXPECT_EQ(verdict(client().tcp(1, 446, kSyn)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_TRANSLATION_IN_USE), 1U);
  EXPECT_EQ(plane->connections().size(), 1U);
}

}  // namespace
}  // namespace evenkeel::packet
