#include "engines/network/mirror.h"

#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/neighbour.h>

#include <filesystem>

#include "engines/network/message.h"
#include "engines/network/virtual_addresses.h"
#include "network_fixture.h"

namespace evenkeel::engines::network {
namespace {

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

TEST_F(MirrorTest, AnAddressStaysOursAndServedWhenItsInterfaceIsRenamed) {
  Ownership ownership(testing::TempDir() + "ekmt-none");
  (void)ownership.remember({{ip("10.0.0.60"), "eth0"}});
  add_link(2, "lan0");
  add_address(2, "10.0.0.60/32");  // by a kernel that keeps no label
  const desired::VirtualAddress want{ip("10.0.0.60"), "eth0"};
  EXPECT_EQ(carrier(mirror_, ownership, want), nullptr);
  ownership.rename("eth0", "lan0");
  ASSERT_NE(carrier(mirror_, ownership, want), nullptr);
  const AddressPlan plan = plan_addresses(mirror_, ownership, {want});
  ASSERT_EQ(plan.refused.size(), 1u);
  EXPECT_EQ(plan.refused[0].left_on, "lan0");
  EXPECT_TRUE(plan_removals(mirror_, ownership, {want}, plan).empty());
  std::filesystem::remove_all(testing::TempDir() + "ekmt-none");
}

TEST(OwnedAddresses, AreReadBackAsWrittenAndBadLinesAreLeftOut) {
  const std::set<OwnedAddress> owned{{ip("10.0.0.1"), "eth0"}, {ip("2001:db8::1"), "eth1"}};
  EXPECT_EQ(parse_owned(render_owned(owned)), owned);
  EXPECT_EQ(parse_owned("10.0.0.1 eth0\n10.0.0.\n\n10.0.0.2 \nrubbish eth0\n2001:db8::1 eth1"), owned);
}

}  // namespace
}  // namespace evenkeel::engines::network
