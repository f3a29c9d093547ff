#include "engines/network/message.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <cstring>
#include <vector>

namespace evenkeel::engines::network {
namespace {

// A message as the kernel would send it, in memory of exactly its size, so that a read past the end is found.
class Message {
 public:
  template <class Header>
  Message(uint16_t type, const Header& fixed) {
    nlmsghdr* header = mnl_nlmsg_put_header(bytes_.data());
    header->nlmsg_type = type;
    std::memcpy(mnl_nlmsg_put_extra_header(header, sizeof fixed), &fixed, sizeof fixed);
  }
  nlmsghdr* header() { return reinterpret_cast<nlmsghdr*>(bytes_.data()); }
  Message& put(uint16_t type, std::vector<uint8_t> payload) {
    mnl_attr_put(header(), type, payload.size(), payload.data());
    return *this;
  }
  std::optional<Change> parse(size_t length) {
    std::vector<std::byte> exact(bytes_.begin(), bytes_.begin() + static_cast<long>(length));
    reinterpret_cast<nlmsghdr*>(exact.data())->nlmsg_len = static_cast<uint32_t>(length);
    return parse_change(*reinterpret_cast<const nlmsghdr*>(exact.data()));
  }
  std::optional<Change> parse() { return parse(header()->nlmsg_len); }

 private:
  alignas(nlmsghdr) std::array<std::byte, 512> bytes_{};
};

Message vlan_link(uint16_t protocol) {
  ifinfomsg fixed{};
  fixed.ifi_index = 7;
  fixed.ifi_flags = uint32_t{IFF_UP} | IFF_LOWER_UP | IFF_PROMISC;
  Message message(RTM_NEWLINK, fixed);
  message.put(IFLA_IFNAME, {'e', 't', 'h', '0', '.', '2', '0', 0}).put(IFLA_ADDRESS, {2, 0, 0, 0, 0, 7});
  mnl_attr_put_u32(message.header(), IFLA_MTU, 1496);
  mnl_attr_put_u32(message.header(), IFLA_LINK, 3);
  mnl_attr_put_u32(message.header(), IFLA_CARRIER_UP_COUNT, 2);
  nlattr* info = mnl_attr_nest_start(message.header(), IFLA_LINKINFO);
  mnl_attr_put_strz(message.header(), IFLA_INFO_KIND, "vlan");
  nlattr* data = mnl_attr_nest_start(message.header(), IFLA_INFO_DATA);
  mnl_attr_put_u16(message.header(), IFLA_VLAN_ID, 20);
  mnl_attr_put_u16(message.header(), IFLA_VLAN_PROTOCOL, htons(protocol));
  mnl_attr_nest_end(message.header(), data);
  mnl_attr_nest_end(message.header(), info);
  return message;
}

TEST(ParseLink, TellsTheLowerDeviceOfAVlan) {
  auto change = vlan_link(0x8100).parse();
  ASSERT_TRUE(change);
  const auto& link = std::get<Link>(change->what);
  EXPECT_EQ(link.name, "eth0.20");
  EXPECT_EQ(link.mac.to_string(), "02:00:00:00:00:07");
  EXPECT_EQ(link.mtu, 1496u);
  EXPECT_EQ(link.lower, 3u);
  EXPECT_EQ(link.carrier_returns, 2u);
  EXPECT_EQ(link.vlan, 20);
  EXPECT_TRUE(link.is_up());
  EXPECT_EQ(link.flags & IFF_PROMISC, 0u);
}

TEST(ParseLink, OfAMacvlanKnowsWhatCarriesIt) {
  const auto parsed = [](bool is_elsewhere) {
    ifinfomsg fixed{};
    fixed.ifi_index = 7;
    Message message(RTM_NEWLINK, fixed);
    mnl_attr_put_u32(message.header(), IFLA_LINK, 3);
    if (is_elsewhere) mnl_attr_put_u32(message.header(), IFLA_LINK_NETNSID, 0);
    nlattr* info = mnl_attr_nest_start(message.header(), IFLA_LINKINFO);
    mnl_attr_put_strz(message.header(), IFLA_INFO_KIND, "macvlan");
    mnl_attr_nest_end(message.header(), info);
    return std::get<Link>(message.parse()->what);
  };
  EXPECT_TRUE(parsed(false).is_macvlan);
  EXPECT_FALSE(parsed(false).is_vlan());
  EXPECT_EQ(parsed(false).lower, 3u);
  EXPECT_EQ(parsed(true).lower, 0u) << "the number is another namespace's";
}

TEST(ParseLink, DoesNotTakeAServiceTagForAVlan) {
  EXPECT_FALSE(std::get<Link>(vlan_link(0x88a8).parse()->what).is_vlan());
}

TEST(ParseLink, SurvivesEveryTruncation) {
  Message message = vlan_link(0x8100);
  for (size_t length = sizeof(nlmsghdr); length < message.header()->nlmsg_len; ++length) {
    auto change = message.parse(length);
    if (length < NLMSG_LENGTH(sizeof(ifinfomsg))) EXPECT_FALSE(change) << length;
    if (change) EXPECT_EQ(std::get<Link>(change->what).index, 7u);
  }
}

TEST(ParseLink, StopsAtAnAttributeThatContradictsTheMessage) {
  for (const uint16_t wrong_length : {0, 3, 200, 0xffff}) {
    Message message = vlan_link(0x8100);
    auto* first =
        reinterpret_cast<nlattr*>(reinterpret_cast<char*>(message.header()) + NLMSG_LENGTH(sizeof(ifinfomsg)));
    first->nla_len = wrong_length;
    auto change = message.parse();
    ASSERT_TRUE(change);
    EXPECT_FALSE(std::get<Link>(change->what).is_vlan()) << wrong_length;
  }
}

TEST(ParseAddress, TellsWhoAddedIt) {
  const ifaddrmsg fixed{.ifa_family = AF_INET, .ifa_prefixlen = 24, .ifa_flags = 0, .ifa_scope = 0, .ifa_index = 2};
  Message message(RTM_NEWADDR, fixed);
  message.put(IFA_LOCAL, {10, 0, 0, 1}).put(IFA_ADDRESS, {10, 0, 0, 1}).put(IFA_PROTO, {kAddressProtocol});
  const auto address = std::get<InterfaceAddress>(message.parse()->what);
  EXPECT_EQ(address.prefix.to_string(), "10.0.0.1/24");
  EXPECT_EQ(address.network().to_string(), "10.0.0.0/24");
  EXPECT_EQ(address.protocol, kAddressProtocol);
}

TEST(ParseAddress, RefusesAnImpossiblePrefixAndAShortAddress) {
  const ifaddrmsg fixed{.ifa_family = AF_INET, .ifa_prefixlen = 33, .ifa_flags = 0, .ifa_scope = 0, .ifa_index = 2};
  EXPECT_FALSE(Message(RTM_NEWADDR, fixed).put(IFA_LOCAL, {10, 0, 0, 1}).parse());
  const ifaddrmsg ipv6{.ifa_family = AF_INET6, .ifa_prefixlen = 64, .ifa_flags = 0, .ifa_scope = 0, .ifa_index = 2};
  EXPECT_FALSE(Message(RTM_NEWADDR, ipv6).put(IFA_ADDRESS, {10, 0, 0, 1}).parse());
}

TEST(ParseRoute, KeepsUnicastRoutesOfTheMainTable) {
  rtmsg fixed{};
  fixed.rtm_family = AF_INET;
  fixed.rtm_dst_len = 24;
  fixed.rtm_table = RT_TABLE_MAIN;
  fixed.rtm_type = RTN_UNICAST;
  const auto route = std::get<Route>(
      Message(RTM_NEWROUTE, fixed).put(RTA_DST, {10, 1, 0, 0}).put(RTA_OIF, {4, 0, 0, 0}).parse()->what);
  EXPECT_EQ(route.destination.to_string(), "10.1.0.0/24");
  EXPECT_EQ(route.link_index, 4u);
  EXPECT_FALSE(route.has_gateway);
  auto by_router = Message(RTM_NEWROUTE, fixed).put(RTA_DST, {10, 1, 0, 0}).put(RTA_GATEWAY, {10, 0, 0, 254}).parse();
  EXPECT_TRUE(std::get<Route>(by_router->what).has_gateway);
  // Others are a hint only.
  const auto is_hint = [&] {
    auto change = Message(RTM_NEWROUTE, fixed).put(RTA_DST, {10, 1, 0, 0}).parse();
    return change && std::holds_alternative<Routing>(change->what);
  };
  fixed.rtm_table = RT_TABLE_LOCAL;
  EXPECT_TRUE(is_hint());
  fixed.rtm_table = RT_TABLE_MAIN;
  fixed.rtm_type = RTN_BLACKHOLE;
  EXPECT_TRUE(is_hint());
}

TEST(ParsePath, TellsRouterSourceAndMtu) {
  rtmsg fixed{};
  fixed.rtm_family = AF_INET;
  fixed.rtm_dst_len = 32;
  fixed.rtm_type = RTN_UNICAST;
  Message message(RTM_NEWROUTE, fixed);
  message.put(RTA_DST, {10, 50, 0, 21}).put(RTA_OIF, {4, 0, 0, 0}).put(RTA_PREFSRC, {10, 0, 0, 2});
  message.put(RTA_VIA, {AF_INET6, 0, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  nlattr* metrics = mnl_attr_nest_start(message.header(), RTA_METRICS);
  mnl_attr_put_u32(message.header(), RTAX_MTU, 1400);
  mnl_attr_nest_end(message.header(), metrics);
  const auto path = parse_path(*message.header());
  ASSERT_TRUE(path);
  EXPECT_EQ(path->link_index, 4u);
  EXPECT_EQ(path->gateway->to_string(), "fe80::1");
  EXPECT_EQ(path->source.to_string(), "10.0.0.2");
  EXPECT_EQ(path->mtu, 1400u);
  EXPECT_FALSE(path->is_local);
}

TEST(ParsePath, KnowsWhatLeadsToTheMachineItselfAndWhatLeadsNowhere) {
  rtmsg fixed{};
  fixed.rtm_family = AF_INET6;
  fixed.rtm_type = RTN_LOCAL;
  EXPECT_TRUE(parse_path(*Message(RTM_NEWROUTE, fixed).header())->is_local);
  for (const uint8_t type : {RTN_UNREACHABLE, RTN_BROADCAST, RTN_MULTICAST}) {
    fixed.rtm_type = type;
    EXPECT_FALSE(parse_path(*Message(RTM_NEWROUTE, fixed).header())) << int{type};
  }
  fixed.rtm_type = RTN_UNICAST;
  EXPECT_FALSE(parse_path(*Message(RTM_DELROUTE, fixed).header()));
}

TEST(ParseNeighbour, TellsStateAndMac) {
  ndmsg fixed{};
  fixed.ndm_family = AF_INET;
  fixed.ndm_ifindex = 2;
  fixed.ndm_state = NUD_STALE;
  auto change = Message(RTM_NEWNEIGH, fixed).put(NDA_DST, {10, 0, 0, 21}).put(NDA_LLADDR, {2, 0, 0, 0, 0, 21}).parse();
  const auto& neighbour = std::get<Neighbour>(change->what);
  EXPECT_TRUE(neighbour.has_mac());
  EXPECT_TRUE(neighbour.can_be_probed());
  EXPECT_EQ(neighbour.mac.to_string(), "02:00:00:00:00:15");
  fixed.ndm_flags = NTF_PROXY;
  EXPECT_FALSE(Message(RTM_NEWNEIGH, fixed).put(NDA_DST, {10, 0, 0, 21}).parse());
}

TEST(FirstMessage, NeedsAllOfIt) {
  alignas(nlmsghdr) std::array<std::byte, 64> bytes{};
  auto* header = reinterpret_cast<nlmsghdr*>(bytes.data());
  for (const uint32_t wrong_length : {0u, 15u, 65u, 0xffffffffu}) {
    header->nlmsg_len = wrong_length;
    EXPECT_EQ(first_message(bytes), nullptr) << wrong_length;
  }
  header->nlmsg_len = 63;
  ASSERT_NE(first_message(bytes), nullptr);
  EXPECT_TRUE(after_message(bytes, *header).empty());
  EXPECT_EQ(first_message(std::span(bytes).first(15)), nullptr);
}

}  // namespace
}  // namespace evenkeel::engines::network
