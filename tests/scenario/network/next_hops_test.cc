// The real engine against the real kernel: next hops, on-link and behind routers.

#include "network_engine_fixture.h"

namespace evenkeel::engines::network {
namespace {

TEST_F(NetworkEngineTest, FindsNextHopsOfBothFamiliesAndNoticesAnotherMac) {
  apply_cleanly(on_link({ip("10.0.0.21"), ip("2001:db8::21")}));
  const auto reachable = [&] {
    return state_of("10.0.0.21") == State::kReachable && state_of("2001:db8::21") == State::kReachable;
  };
  EXPECT_TRUE(eventually(reachable));
  EXPECT_EQ(hops_[ip("10.0.0.21")].interface, "eth0");
  EXPECT_EQ(hops_[ip("10.0.0.21")].mtu, 1500u);
  EXPECT_EQ(engine_->next_hops().size(), 2u);
  peer_.run("ip link set peer-eth0 address 02:00:00:00:00:99");
  EXPECT_TRUE(eventually([&] {
    return hops_[ip("10.0.0.21")].mac.to_string() == "02:00:00:00:00:99" &&
           hops_[ip("2001:db8::21")].mac.to_string() == "02:00:00:00:00:99";
  }));
}

TEST_F(NetworkEngineTest, FollowsAServerThatAnnouncesAnotherMacWithinASecond) {
  open(std::chrono::minutes(1));  // so that it is not the confirmation that finds out
  peer_.run("sysctl -qw net.ipv4.conf.peer-eth0.arp_notify=1 net.ipv6.conf.peer-eth0.ndisc_notify=1");
  apply_cleanly(on_link({ip("10.0.0.21"), ip("2001:db8::21")}));
  ASSERT_TRUE(eventually(
      [&] { return state_of("10.0.0.21") == State::kReachable && state_of("2001:db8::21") == State::kReachable; }));
  peer_.run("ip link set peer-eth0 address 02:00:00:00:00:99");
  EXPECT_TRUE(eventually(
      [&] {
        return hops_[ip("10.0.0.21")].mac.to_string() == "02:00:00:00:00:99" &&
               hops_[ip("2001:db8::21")].mac.to_string() == "02:00:00:00:00:99";
      },
      seconds(1)));
}

TEST_F(NetworkEngineTest, TellsWhenAServerIsGoneAndBack) {
  apply_cleanly(on_link({ip("10.0.0.21"), ip("10.0.0.77")}));
  EXPECT_TRUE(eventually(
      [&] { return state_of("10.0.0.77") == State::kUnreachable && state_of("10.0.0.21") == State::kReachable; }));
  peer_.run("ip addr del 10.0.0.21/24 dev peer-eth0");
  EXPECT_TRUE(eventually([&] { return state_of("10.0.0.21") == State::kUnreachable; }));
  peer_.run("ip addr add 10.0.0.21/24 dev peer-eth0");
  EXPECT_TRUE(eventually([&] { return state_of("10.0.0.21") == State::kReachable; }));
  run("ip link set eth0 down");
  EXPECT_TRUE(eventually([&] { return state_of("10.0.0.21") == State::kUnreachable; }));
}

TEST_F(NetworkEngineTest, RefusesARealServerThatIsNotOnLinkOrTheLoadBalancerItself) {
  run("ip route add default via 10.0.0.21");
  desired::Network want = addresses({{ip("10.0.0.1"), ""}});
  want.on_link = {ip("10.0.0.1"), ip("10.0.0.2"), ip("192.0.2.21")};
  const auto problems = engine_->check(want);
  EXPECT_FALSE(is_on("10.0.0.1/32", "eth0"));
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_THAT(problems[0].reason, testing::HasSubstr("the load balancer itself"));
  EXPECT_THAT(problems[1].reason, testing::HasSubstr("the load balancer itself"));
  EXPECT_EQ(problems[2].object, "next_hop/192.0.2.21");
  EXPECT_THAT(problems[2].reason, testing::HasSubstr("must have an interface in the same subnet as the real servers"));
  auto report = engine_->apply(want);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->statuses.size(), 3u);
  EXPECT_TRUE(
      eventually([&] { return hops_[ip("192.0.2.21")].interface == "eth0" && !hops_[ip("192.0.2.21")].on_link; }));
  run("ip addr add 192.0.2.2/24 dev eth1");
  EXPECT_TRUE(eventually([&] {
    return topologies_ > 0 && hops_[ip("192.0.2.21")].interface == "eth1" && hops_[ip("192.0.2.21")].on_link;
  }));
}

// Behind the peer as a router, by either link.
class ByRouterTest : public NetworkEngineTest {
 protected:
  void SetUp() override {
    NetworkEngineTest::SetUp();
    peer_.run("ip addr add 10.0.0.254/24 dev peer-eth0 && ip addr add 10.1.0.254/24 dev peer-eth1");
    peer_.run("ip link set peer-eth0 address 02:00:00:00:00:01 && ip link set peer-eth1 address 02:00:00:00:00:02");
    peer_.run("ip addr add fe80::1/64 dev peer-eth0 nodad && ip addr add fe80::1/64 dev peer-eth1 nodad");
  }
  void apply_routed(const std::vector<const char*>& addresses) {
    desired::Network want;
    for (const char* address : addresses) want.next_hops.push_back(ip(address));
    apply_cleanly(want);
  }
  NextHop& hop(const char* address) { return hops_[ip(address)]; }
  // The router's MAC ends like this.
  bool goes_by(const char* address, const std::string& mac_end, seconds within = seconds(15)) {
    return eventually(
        [&] { return state_of(address) == State::kReachable && hop(address).mac.to_string().ends_with(mac_end); },
        within);
  }
};

TEST_F(ByRouterTest, TellsRouterMtuAndSource) {
  run("ip addr add 10.0.0.3/24 dev eth0");
  run("ip route add 10.50.0.0/16 via 10.0.0.254 src 10.0.0.3 mtu 1400");
  run("ip route add 2001:db8:50::/64 via fe80::1 dev eth1");
  apply_routed({"10.0.0.21", "10.50.0.21", "2001:db8:50::21"});
  ASSERT_TRUE(goes_by("10.50.0.21", ":01"));
  EXPECT_FALSE(hop("10.50.0.21").on_link);
  EXPECT_EQ(hop("10.50.0.21").interface, "eth0");
  EXPECT_EQ(hop("10.50.0.21").gateway, ip("10.0.0.254"));
  EXPECT_EQ(hop("10.50.0.21").source, ip("10.0.0.3"));
  EXPECT_EQ(hop("10.50.0.21").mtu, 1400u);
  ASSERT_TRUE(goes_by("2001:db8:50::21", ":02"));
  EXPECT_EQ(hop("2001:db8:50::21").interface, "eth1");
  EXPECT_EQ(hop("2001:db8:50::21").gateway, ip("fe80::1"));
  EXPECT_EQ(hop("2001:db8:50::21").source, ip("2001:db8:1::2"));
  EXPECT_EQ(hop("2001:db8:50::21").mtu, 1500u);
  ASSERT_TRUE(goes_by("10.0.0.21", ":01"));
  EXPECT_TRUE(hop("10.0.0.21").on_link);
  EXPECT_TRUE(hop("10.0.0.21").gateway.is_unspecified());
  EXPECT_EQ(hop("10.0.0.21").source, ip("10.0.0.2"));
  EXPECT_EQ(engine_->data_interfaces().size(), 2u);
}

struct Routed {
  const char* name;
  const char* ip;  // the command, with its family
  const char* server;
  const char* wide;
  const char* narrow;
  const char* first;  // routers, with MACs that end with :01 and :02
  const char* second;
};

class FollowedTest : public ByRouterTest, public testing::WithParamInterface<Routed> {
 protected:
  std::string here(const std::string& words) const { return GetParam().ip + (" " + words); }
  bool goes_at_once_by(const std::string& mac_end) { return goes_by(GetParam().server, mac_end, seconds(1)); }
};

TEST_P(FollowedTest, RoutesRulesAndNextHopObjectsWithinASecond) {
  const auto& [name, ip_command, server, wide, narrow, first, second] = GetParam();
  open(std::chrono::minutes(1));  // so that it is not the confirmation that finds out
  run(here("route add ") + wide + " via " + first);
  apply_routed({server});
  ASSERT_TRUE(goes_by(server, ":01"));
  run(here("route replace ") + wide + " via " + second);
  EXPECT_TRUE(goes_at_once_by(":02"));
  run(here("route add ") + narrow + " via " + first);
  EXPECT_TRUE(goes_at_once_by(":01"));
  run(here("route add default via ") + second + " table 77");
  run(here("rule add to ") + wide + " table 77");
  EXPECT_TRUE(goes_at_once_by(":02"));
  run(here("rule del to ") + wide + " table 77");
  EXPECT_TRUE(goes_at_once_by(":01"));
  run(here("nexthop add id 7 via ") + second + " && " + here("route add ") + server + " nhid 7");
  EXPECT_TRUE(goes_at_once_by(":02"));
  run(here("nexthop replace id 7 via ") + first);
  EXPECT_TRUE(goes_at_once_by(":01"));
}

INSTANTIATE_TEST_SUITE_P(Both, FollowedTest,
                         testing::Values(Routed{"IPv4", "ip", "10.50.0.21", "10.50.0.0/16", "10.50.0.0/24",
                                                "10.0.0.254 dev eth0", "10.1.0.254 dev eth1"},
                                         Routed{"IPv6", "ip -6", "2001:db8:50::21", "2001:db8:50::/48",
                                                "2001:db8:50::/64", "fe80::1 dev eth0", "fe80::1 dev eth1"}),
                         [](const auto& routed) { return routed.param.name; });

TEST_F(ByRouterTest, FollowsARouterThatGetsAnotherMac) {
  run("ip route add 10.50.0.0/16 via 10.0.0.254");
  apply_routed({"10.50.0.21", "10.50.0.22"});
  ASSERT_TRUE(goes_by("10.50.0.21", ":01"));
  peer_.run("ip link set peer-eth0 address 02:00:00:00:00:99");
  EXPECT_TRUE(goes_by("10.50.0.21", ":99"));
  EXPECT_TRUE(goes_by("10.50.0.22", ":99"));
}

TEST_F(ByRouterTest, TakesOneOfSeveralRoutersAndLeavesOneWhoseLinkIsDown) {
  run("ip route add 10.50.0.0/16 nexthop via 10.0.0.254 dev eth0 nexthop via 10.1.0.254 dev eth1");
  apply_routed({"10.50.0.21"});
  ASSERT_TRUE(eventually([&] { return state_of("10.50.0.21") == State::kReachable; }));
  const std::string taken = hop("10.50.0.21").interface;
  run("ip link set " + taken + " down");
  EXPECT_TRUE(goes_by("10.50.0.21", taken == "eth0" ? ":02" : ":01"));
}

TEST_F(ByRouterTest, ARouteThatGoesAndComesBackIsToldAndDoesNotFailTheOthers) {
  run("ip route add 10.50.0.0/16 via 10.0.0.254");
  apply_routed({"10.0.0.21", "10.50.0.21"});
  ASSERT_TRUE(goes_by("10.50.0.21", ":01"));
  const int told = topologies_;
  run("ip route del 10.50.0.0/16");
  EXPECT_TRUE(eventually([&] { return state_of("10.50.0.21") == State::kNoRoute && topologies_ > told; }));
  desired::Network want;
  want.next_hops = {ip("10.0.0.21"), ip("10.50.0.21")};
  auto report = engine_->apply(want);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->statuses.size(), 1u);
  EXPECT_EQ(report->statuses[0].object, "next_hop/10.50.0.21");
  EXPECT_THAT(report->statuses[0].reason, testing::HasSubstr("no route leads to 10.50.0.21"));
  EXPECT_EQ(state_of("10.0.0.21"), State::kReachable);
  run("ip route add 10.50.0.0/16 via 10.1.0.254");
  EXPECT_TRUE(goes_by("10.50.0.21", ":02"));
}

TEST_F(ByRouterTest, DirectRoutingStillRefusesWhatARouterLeadsTo) {
  run("ip route add 10.50.0.0/16 via 10.0.0.254");
  desired::Network want = on_link({ip("10.50.0.21")});
  want.next_hops = {ip("10.50.0.21")};
  const auto problems = engine_->check(want);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0].reason, testing::HasSubstr("10.50.0.21 is not on-link"));
  ASSERT_TRUE(engine_->apply(want));
  ASSERT_TRUE(goes_by("10.50.0.21", ":01"));
  EXPECT_FALSE(hop("10.50.0.21").on_link);
  EXPECT_TRUE(engine_->data_interfaces().empty());
}

}  // namespace
}  // namespace evenkeel::engines::network
