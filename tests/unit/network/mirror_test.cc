#include "engines/network/mirror.h"

#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/neighbour.h>

#include "engines/network/next_hops.h"
#include "engines/network/virtual_addresses.h"

namespace evenkeel::engines::network {
namespace {

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}
MacAddress mac(uint8_t last) {
  return {{2, 0, 0, 0, 0, last}};
}

class MirrorTest : public testing::Test {
 protected:
  void add_link(uint32_t index, const char* name, uint32_t lower = 0, uint16_t vlan = 0, uint32_t flags = kUp) {
    Link link;
    link.index = index;
    link.name = name;
    link.mac = mac(static_cast<uint8_t>(index));
    link.mtu = 1500;
    link.flags = flags;
    link.lower = lower;
    link.vlan = vlan;
    mirror_.apply({.what = link});
  }
  void add_address(uint32_t index, const char* prefix, uint8_t protocol = 0) {
    const IpPrefix parsed = *IpPrefix::parse(prefix);
    mirror_.apply({.what = InterfaceAddress{index, parsed, parsed.address, protocol}});
  }
  void add_route(uint32_t index, const char* prefix, bool has_gateway = false, uint32_t metric = 0) {
    mirror_.apply({.what = Route{*IpPrefix::parse(prefix), metric, index, has_gateway}});
  }
  void set_neighbour(uint16_t state, uint8_t last = 21, uint8_t flags = 0) {
    mirror_.apply({.what = Neighbour{2, ip("10.0.0.21"), mac(last), state, flags}});
  }
  static constexpr uint32_t kUp = IFF_UP | IFF_LOWER_UP;
  Mirror mirror_;
  NextHops hops_{mirror_};
};

TEST_F(MirrorTest, ChoosesTheLongestPrefixThenTheLowestIndex) {
  add_link(1, "lo", 0, 0, kUp | IFF_LOOPBACK);
  add_link(2, "eth0");
  add_link(3, "eth1");
  add_link(4, "eth2");
  add_address(1, "10.0.0.0/30");
  add_address(4, "10.0.0.4/24");
  add_address(3, "10.0.0.3/24");
  add_address(2, "10.0.0.2/8");
  add_address(2, "10.0.0.100/32");
  EXPECT_EQ(mirror_.network_of(ip("10.0.0.1"))->name, "eth1");
  EXPECT_EQ(mirror_.network_of(ip("10.9.0.1"))->name, "eth0");
  EXPECT_EQ(mirror_.network_of(ip("192.0.2.1")), nullptr);
  EXPECT_EQ(mirror_.network_of(ip("2001:db8::1")), nullptr);
}

TEST_F(MirrorTest, AMoreSpecificRouteByARouterIsNotOnLink) {
  add_link(2, "eth0");
  add_route(2, "0.0.0.0/0");
  add_route(2, "10.0.0.0/24");
  add_route(2, "10.0.0.128/25", true);
  EXPECT_NE(mirror_.on_link(ip("10.0.0.21")), nullptr);
  EXPECT_EQ(mirror_.on_link(ip("10.0.0.221")), nullptr);
  EXPECT_EQ(mirror_.on_link(ip("192.0.2.1")), nullptr);
}

TEST_F(MirrorTest, ForgetsWhatWentWithALink) {
  add_link(2, "eth0");
  add_address(2, "10.0.0.1/24");
  add_route(2, "10.0.0.0/24");
  set_neighbour(NUD_REACHABLE);
  Link gone;
  gone.index = 2;
  EXPECT_TRUE(mirror_.apply({.kind = Change::Kind::kRemoved, .what = gone}));
  EXPECT_FALSE(mirror_.has_address(ip("10.0.0.1")));
  EXPECT_EQ(mirror_.on_link(ip("10.0.0.21")), nullptr);
  EXPECT_EQ(mirror_.neighbour(2, ip("10.0.0.21")), nullptr);
}

TEST_F(MirrorTest, AVlanInterfaceLeadsToItsLowerDevice) {
  add_link(2, "eth0");
  add_link(7, "eth0.20", 2, 20);
  add_route(7, "10.0.0.0/24");
  hops_.want({ip("10.0.0.21")});
  const auto outcome = hops_.evaluate_all();
  ASSERT_EQ(outcome.changed.size(), 1u);
  EXPECT_EQ(outcome.changed[0].interface_index, 2u);
  EXPECT_EQ(outcome.changed[0].interface, "eth0.20");
  EXPECT_EQ(outcome.changed[0].vlan, 20);
  EXPECT_EQ(outcome.changed[0].source_mac, mac(7));
}

TEST_F(MirrorTest, AVlanInsideAVlanIsRefused) {
  add_link(2, "eth0");
  add_link(7, "eth0.20", 2, 20);
  add_link(8, "eth0.20.30", 7, 30);
  add_route(8, "10.0.0.0/24");
  EXPECT_NE(refusal_of(mirror_, ip("10.0.0.21"), false).find("VLAN inside a VLAN"), std::string::npos);
}

TEST_F(MirrorTest, ANextHopIsTrustedUntilItFailedAndAgainWhenItAnswered) {
  add_link(2, "eth0");
  add_route(2, "10.0.0.0/24");
  hops_.want({ip("10.0.0.21")});
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

TEST_F(MirrorTest, OnlyRealChangesAreReported) {
  add_link(2, "eth0");
  add_route(2, "10.0.0.0/24");
  hops_.want({ip("10.0.0.21")});
  set_neighbour(NUD_REACHABLE);
  EXPECT_EQ(hops_.evaluate_all().changed.size(), 1u);
  set_neighbour(NUD_STALE);
  EXPECT_TRUE(hops_.evaluate_all().changed.empty());
  set_neighbour(NUD_REACHABLE, 22);
  ASSERT_EQ(hops_.evaluate_all().changed.size(), 1u);
  EXPECT_EQ(hops_.all()[0].mac, mac(22));
}

TEST_F(MirrorTest, ConfirmsEveryNextHopInTurnButNoneThatTheAdministratorSet) {
  add_link(2, "eth0");
  add_route(2, "10.0.0.0/24");
  hops_.want({ip("10.0.0.21"), ip("10.0.0.22"), ip("10.0.0.23")});
  (void)hops_.evaluate_all();
  size_t asked = 0;
  for (int turn = 0; turn < 3; ++turn) asked += hops_.confirm_some(3).size();
  EXPECT_EQ(asked, 3u);
  hops_.want({ip("10.0.0.21")});
  set_neighbour(NUD_PERMANENT);
  EXPECT_TRUE(hops_.confirm_some(1).empty());
  set_neighbour(NUD_REACHABLE, 21, NTF_EXT_LEARNED);
  EXPECT_TRUE(hops_.confirm_some(1).empty());
}

TEST_F(MirrorTest, PlansMovesOfOursAndLeavesForeignAddresses) {
  const Ownership ownership("/nonexistent");
  add_link(2, "eth0");
  add_link(3, "eth1");
  add_address(2, "10.0.0.2/24");
  add_address(2, "10.0.0.50/32");                    // foreign
  add_address(2, "10.0.0.60/32", kAddressProtocol);  // ours, wanted elsewhere
  add_address(2, "10.0.0.70/32", kAddressProtocol);  // ours, no longer wanted
  add_address(3, "192.0.2.9/32", kAddressProtocol);  // ours, wanted, but there is no network for it any more
  const std::vector<desired::VirtualAddress> want{
      {ip("10.0.0.50"), ""}, {ip("10.0.0.60"), "eth1"}, {ip("192.0.2.9"), ""}};
  const AddressPlan plan = plan_addresses(mirror_, ownership, want);
  ASSERT_EQ(plan.add.size(), 1u);
  EXPECT_EQ(plan.add[0], (Placement{ip("10.0.0.60"), 3}));
  ASSERT_EQ(plan.refused.size(), 1u);
  EXPECT_NE(plan.refused[0].reason.find("contains 192.0.2.9"), std::string::npos);
  ASSERT_EQ(plan_removals(mirror_, ownership, want, plan).size(), 1u);  // 10.0.0.60 stays until it is on eth1
  add_address(3, "10.0.0.60/32", kAddressProtocol);
  EXPECT_EQ(plan_removals(mirror_, ownership, want, plan).size(), 2u);
}

TEST(OwnedAddresses, AreReadBackAsWrittenAndBadLinesAreLeftOut) {
  const std::set<OwnedAddress> owned{{ip("10.0.0.1"), "eth0"}, {ip("2001:db8::1"), "eth1"}};
  EXPECT_EQ(parse_owned(render_owned(owned)), owned);
  EXPECT_EQ(parse_owned("10.0.0.1 eth0\n10.0.0.\n\n10.0.0.2 \nrubbish eth0\n2001:db8::1 eth1"), owned);
}

}  // namespace
}  // namespace evenkeel::engines::network
