// Hashes and one-packet scheduling, with every forwarding method and both families.
#include <gtest/gtest.h>

#include <set>

#include "ways.h"

namespace evenkeel::packet {
namespace {

constexpr size_t kServers = 4;
constexpr uint16_t kFlows = 100;

class Scheduling : public WayLab {
 protected:
  void SetUp() override { open({.sets4 = 4096, .sets6 = 64}); }

  void serve_by(ek_hash_input input) { serve(kServers, {.scheduler = EK_SCHEDULER_RING, .hash_input = input}); }
  uint32_t tcp(const std::string& from, uint16_t port) const { return send_to(request(from).tcp(port, kPort, kSyn)); }
  uint32_t udp(const std::string& from, uint16_t port) const { return send_to(request(from).udp(port, kPort)); }
  static uint16_t port_of(uint16_t flow) { return kClientPort + flow; }
};

const std::set<uint32_t> kAllServers = {1, 2, 3, 4};

TEST_P(Scheduling, SourceHashGoesByTheClientsAddressAlone) {
  serve_by(EK_HASH_SOURCE);
  std::set<uint32_t> servers_of_many;
  for (uint16_t number = 1; number <= kFlows; ++number) {
    const std::string from = client_address(number);
    const uint32_t server = tcp(from, port_of(0));
    servers_of_many.insert(server);
    EXPECT_EQ(tcp(from, port_of(number)), server);
    EXPECT_EQ(udp(from, port_of(number)), server);
  }
  EXPECT_EQ(servers_of_many, kAllServers);
}

TEST_P(Scheduling, DestinationHashGoesByTheVirtualAddressAlone) {
  serve_by(EK_HASH_DESTINATION);
  std::set<uint32_t> servers_of_one, servers_of_many;
  for (uint16_t number = 1; number <= kFlows; ++number) {
    servers_of_one.insert(tcp(client_address(number), port_of(number)));
    const std::string address = (ipv6() ? "fd90::" : "10.90.0.") + std::to_string(number);
    plane->add_key(address, kPort, kTcp, service);
    servers_of_many.insert(send_to(ip(client_address(), address).tcp(port_of(number), kPort, kSyn)));
  }
  EXPECT_EQ(servers_of_one.size(), 1U);
  EXPECT_EQ(servers_of_many, kAllServers);
}

TEST_P(Scheduling, MaglevGoesByTheFlow) {
  serve_by(EK_HASH_FLOW);
  std::map<uint16_t, uint32_t> server_of;
  std::set<uint32_t> used;
  for (uint16_t flow = 1; flow <= kFlows; ++flow) used.insert(server_of[flow] = tcp(client_address(), port_of(flow)));
  EXPECT_EQ(used, kAllServers) << "one client's";
  plane->forget_connections();  // as of another load balancer
  for (const auto& [flow, server] : server_of) EXPECT_EQ(tcp(client_address(), port_of(flow)), server) << flow;
}

// With NAT and SNAT the setting has no effect, as the configuration's check says (src/config/lint.cc): answers could
// not be changed back.
TEST_P(Scheduling, OnePacketSchedulesEveryDatagramUnlessItIsTranslated) {
  serve(kServers, {.scheduler = EK_SCHEDULER_WRR, .flags = EK_SERVICE_ONE_PACKET});
  std::map<uint32_t, uint32_t> datagrams;
  for (uint32_t i = 0; i < 5 * kServers; ++i) ++datagrams[udp(client_address(), kClientPort)];
  if (is_translated()) {
    EXPECT_EQ(datagrams, (std::map<uint32_t, uint32_t>{{1, 5 * kServers}}));
    EXPECT_EQ(plane->connections(ipv6()).size(), 1U);
    EXPECT_EQ(plane->reverse_entries(ipv6()), 1U);
    EXPECT_EQ(send(ip(real_address(), source_address()).udp(kPort, kClientPort)).verdict, Verdict::kTransmit);
    return;
  }
  EXPECT_EQ(datagrams, (std::map<uint32_t, uint32_t>{{1, 5}, {2, 5}, {3, 5}, {4, 5}}));
  EXPECT_TRUE(plane->connections(ipv6()).empty());
}

// Nothing is counted that could be the least.
TEST_P(Scheduling, OnePacketWithLeastConnectionsSpreadsTheDatagramsOfOneFlow) {
  if (is_translated()) GTEST_SKIP() << "it has no effect there";
  serve(kServers, {.scheduler = EK_SCHEDULER_WLC, .flags = EK_SERVICE_ONE_PACKET});
  std::map<uint32_t, uint32_t> datagrams;
  for (uint32_t i = 0; i < 400; ++i) ++datagrams[udp(client_address(), kClientPort)];
  ASSERT_EQ(datagrams.size(), kServers);
  for (const auto& [server, count] : datagrams) EXPECT_GT(count, 40U) << server;
}

TEST_P(Scheduling, OnePacketKeepsTcp) {
  serve(kServers, {.scheduler = EK_SCHEDULER_WRR, .flags = EK_SERVICE_ONE_PACKET});
  const uint32_t server = tcp(client_address(), kClientPort);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(send_to(request().tcp(kClientPort, kPort, kAck)), server);
  EXPECT_EQ(plane->connections(ipv6()).size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Ways, Scheduling, all_ways(), name_of_way);

}  // namespace
}  // namespace evenkeel::packet
