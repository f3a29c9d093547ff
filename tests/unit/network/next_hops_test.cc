#include "engines/network/next_hops.h"

#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/neighbour.h>

#include "network_fixture.h"

namespace evenkeel::engines::network {
namespace {

class NextHopsTest : public MirrorTest {
 protected:
  void want_on_link(const std::vector<IpAddress>& addresses) { hops_.want(addresses, addresses); }
  // As the kernel would answer.
  void want_routed(const std::vector<IpAddress>& addresses, const std::optional<Path>& path) {
    hops_.want(addresses, {});
    for (const IpAddress& address : addresses) hops_.set_path(address, path);
  }
  static Path by_router(const char* gateway, uint32_t link_index) {
    Path path;
    path.link_index = link_index;
    path.gateway = ip(gateway);
    return path;
  }
  void set_router(const char* address, uint32_t link_index, uint8_t last) {
    mirror_.apply({.what = Neighbour{link_index, ip(address), mac(last), NUD_REACHABLE, 0}});
  }
  NextHops hops_{mirror_};
};

TEST_F(NextHopsTest, AVlanInterfaceLeadsToItsLowerDevice) {
  add_link(2, "eth0");
  add_link(7, "eth0.20", 2, 20);
  add_route(7, "10.0.0.0/24");
  want_on_link({ip("10.0.0.21")});
  const auto outcome = hops_.evaluate_all();
  ASSERT_EQ(outcome.changed.size(), 1u);
  EXPECT_EQ(outcome.changed[0].interface_index, 2u);
  EXPECT_EQ(outcome.changed[0].interface, "eth0.20");
  EXPECT_EQ(outcome.changed[0].vlan, 20);
  EXPECT_EQ(outcome.changed[0].source_mac, mac(7));
}

TEST_F(NextHopsTest, AVlanInsideAVlanIsRefused) {
  add_link(2, "eth0");
  add_link(7, "eth0.20", 2, 20);
  add_link(8, "eth0.20.30", 7, 30);
  add_route(8, "10.0.0.0/24");
  EXPECT_NE(refusal_of(mirror_, ip("10.0.0.21"), false).find("VLAN inside a VLAN"), std::string::npos);
}

TEST_F(NextHopsTest, ANextHopIsTrustedUntilItFailedAndAgainWhenItAnswered) {
  add_link(2, "eth0");
  add_route(2, "10.0.0.0/24");
  want_on_link({ip("10.0.0.21")});
  EXPECT_EQ(hops_.evaluate_all().requests.size(), 1u);
  EXPECT_EQ(hops_.all()[0].state, NextHop::State::kResolving);
  struct Step {
    uint16_t neighbour;
    NextHop::State expected;
    size_t requests;
  };
  using State = NextHop::State;
  for (const Step& step : {Step{NUD_REACHABLE, State::kReachable, 0}, Step{NUD_PROBE, State::kReachable, 0},
                           Step{NUD_INCOMPLETE, State::kReachable, 0}, Step{NUD_FAILED, State::kUnreachable, 1},
                           Step{NUD_INCOMPLETE, State::kUnreachable, 0}, Step{NUD_FAILED, State::kUnreachable, 0},
                           Step{NUD_STALE, State::kReachable, 0}}) {
    set_neighbour(step.neighbour);
    EXPECT_EQ(hops_.evaluate({ip("10.0.0.21")}).requests.size(), step.requests) << step.neighbour;
    EXPECT_EQ(hops_.all()[0].state, step.expected) << step.neighbour;
  }
}

TEST_F(NextHopsTest, OnlyRealChangesAreReported) {
  add_link(2, "eth0");
  add_route(2, "10.0.0.0/24");
  want_on_link({ip("10.0.0.21")});
  set_neighbour(NUD_REACHABLE);
  EXPECT_EQ(hops_.evaluate_all().changed.size(), 1u);
  set_neighbour(NUD_STALE);
  EXPECT_TRUE(hops_.evaluate_all().changed.empty());
  set_neighbour(NUD_REACHABLE, 22);
  ASSERT_EQ(hops_.evaluate_all().changed.size(), 1u);
  EXPECT_EQ(hops_.all()[0].mac, mac(22));
}

TEST_F(NextHopsTest, ConfirmsEveryNextHopInTurnButNoneThatTheAdministratorSet) {
  add_link(2, "eth0");
  add_route(2, "10.0.0.0/24");
  want_on_link({ip("10.0.0.21"), ip("10.0.0.22"), ip("10.0.0.23")});
  (void)hops_.evaluate_all();
  size_t asked = 0;
  for (int turn = 0; turn < 3; ++turn) asked += hops_.confirm_some(3).size();
  EXPECT_EQ(asked, 3u);
  want_on_link({ip("10.0.0.21")});
  set_neighbour(NUD_PERMANENT);
  EXPECT_TRUE(hops_.confirm_some(1).empty());
  set_neighbour(NUD_REACHABLE, 21, NTF_EXT_LEARNED);
  EXPECT_TRUE(hops_.confirm_some(1).empty());
}

TEST_F(NextHopsTest, RealServersBehindOneRouterAskForItOnceAndFollowItTogether) {
  add_link(2, "eth0");
  want_routed({ip("192.0.2.21"), ip("192.0.2.22")}, by_router("10.0.0.254", 2));
  EXPECT_EQ(hops_.evaluate_all().requests.size(), 1u);
  set_router("10.0.0.254", 2, 77);
  EXPECT_EQ(hops_.evaluate({ip("10.0.0.254")}).changed.size(), 2u);
  for (const NextHop& hop : hops_.all()) {
    EXPECT_EQ(hop.state, NextHop::State::kReachable);
    EXPECT_EQ(hop.mac, mac(77));
    EXPECT_FALSE(hop.on_link);
    EXPECT_EQ(hop.gateway, ip("10.0.0.254"));
  }
  EXPECT_EQ(hops_.confirm_some(1).size(), 1u);
  EXPECT_TRUE(hops_.evaluate({ip("192.0.2.21")}).changed.empty());
}

TEST_F(NextHopsTest, ARouterIsLookedForOnItsOwnLink) {
  add_link(2, "eth0");
  add_link(3, "eth1");
  set_router("fe80::1", 2, 77);
  set_router("fe80::1", 3, 78);
  want_routed({ip("2001:db8:9::21")}, by_router("fe80::1", 3));
  (void)hops_.evaluate_all();
  EXPECT_EQ(hops_.all()[0].mac, mac(78));
  hops_.set_path(ip("2001:db8:9::21"), by_router("fe80::1", 2));
  (void)hops_.evaluate_all();
  EXPECT_EQ(hops_.all()[0].mac, mac(77));
  set_router("fe80::1", 2, 79);
  EXPECT_EQ(hops_.evaluate({ip("fe80::1")}).changed.size(), 1u);
}

TEST_F(NextHopsTest, AnotherRouterIsNotTakenForTheOneBefore) {
  add_link(2, "eth0");
  set_router("10.0.0.254", 2, 77);
  want_routed({ip("192.0.2.21")}, by_router("10.0.0.254", 2));
  (void)hops_.evaluate_all();
  hops_.set_path(ip("192.0.2.21"), by_router("10.0.0.253", 2));
  EXPECT_EQ(hops_.evaluate_all().requests.size(), 1u);
  EXPECT_EQ(hops_.all()[0].state, NextHop::State::kResolving);
  EXPECT_TRUE(hops_.all()[0].mac.is_zero());
  EXPECT_TRUE(hops_.evaluate({ip("10.0.0.254")}).changed.empty());
}

TEST_F(NextHopsTest, DirectRoutingGoesStraightWhereOtherRoutingWouldGoByARouter) {
  add_link(2, "eth0");
  add_link(3, "eth1");
  add_route(2, "10.0.0.0/24");
  hops_.want({ip("10.0.0.21"), ip("10.0.0.22")}, {ip("10.0.0.21")});
  for (const char* address : {"10.0.0.21", "10.0.0.22"}) hops_.set_path(ip(address), by_router("10.1.0.254", 3));
  (void)hops_.evaluate_all();
  EXPECT_TRUE(hops_.all()[0].on_link);
  EXPECT_EQ(hops_.all()[0].interface, "eth0");
  EXPECT_FALSE(hops_.all()[1].on_link);
  EXPECT_EQ(hops_.all()[1].interface, "eth1");
}

TEST_F(NextHopsTest, TheMtuIsTheSmallerOfRouteAndLink) {
  add_link(2, "eth0");
  Path path = by_router("10.0.0.254", 2);
  for (const auto& [of_route, expected] : {std::pair{0u, 1500u}, std::pair{1400u, 1400u}, std::pair{9000u, 1500u}}) {
    path.mtu = of_route;
    want_routed({ip("192.0.2.21")}, path);
    (void)hops_.evaluate_all();
    EXPECT_EQ(hops_.all()[0].mtu, expected);
  }
}

TEST_F(NextHopsTest, SaysWhyARealServerCannotBeReached) {
  add_link(1, "lo", 0, 0, kUp | IFF_LOOPBACK);
  add_link(2, "eth0");
  Link tunnel;
  tunnel.index = 4;
  tunnel.name = "tun0";
  mirror_.apply({.what = tunnel});
  const auto reason = [&](const std::optional<Path>& path) {
    return refusal_of(mirror_, ip("192.0.2.21"), false, path);
  };
  Path local;
  local.is_local = true;
  local.link_index = 1;
  EXPECT_EQ(reason(by_router("10.0.0.254", 2)), "");
  EXPECT_NE(reason(std::nullopt).find("no route leads to 192.0.2.21"), std::string::npos);
  EXPECT_NE(reason(by_router("10.0.0.254", 9)).find("no route leads to 192.0.2.21"), std::string::npos);
  EXPECT_NE(reason(local).find("the load balancer itself"), std::string::npos);
  EXPECT_NE(reason(by_router("10.0.0.254", 1)).find("loopback"), std::string::npos);
  EXPECT_NE(reason(by_router("10.0.0.254", 4)).find("tun0, which is not an Ethernet interface"), std::string::npos);
  want_routed({ip("192.0.2.21")}, local);
  (void)hops_.evaluate_all();
  EXPECT_EQ(hops_.all()[0].state, NextHop::State::kNoRoute);
}

}  // namespace
}  // namespace evenkeel::engines::network
