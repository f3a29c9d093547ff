#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "engines/network/message.h"

namespace evenkeel::engines::network {
namespace {

// Others, such as promiscuous mode, come and go without any meaning for the engine.
constexpr uint32_t kLinkFlags = uint32_t{IFF_UP} | IFF_LOWER_UP | IFF_LOOPBACK;

using Bytes = std::span<const std::byte>;

template <class Number>
std::optional<Number> read_number(Bytes bytes) {
  if (bytes.size() < sizeof(Number)) return std::nullopt;
  Number number;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

// Calls visit(type, payload) for every attribute. Stops at the first whose length is wrong: what follows cannot be
// told from padding.
template <class Visit>
void for_each_attribute(Bytes bytes, Visit visit) {
  while (bytes.size() >= sizeof(nlattr)) {
    nlattr attribute;
    std::memcpy(&attribute, bytes.data(), sizeof attribute);
    if (attribute.nla_len < sizeof attribute || attribute.nla_len > bytes.size()) return;
    visit(static_cast<uint16_t>(attribute.nla_type & NLA_TYPE_MASK),
          bytes.subspan(sizeof attribute, attribute.nla_len - sizeof attribute));
    bytes = bytes.subspan(std::min<size_t>(NLA_ALIGN(attribute.nla_len), bytes.size()));
  }
}

// The fixed part of the message, and the attributes after it.
template <class Header>
struct Body {
  Header header;
  Bytes attributes;
};

template <class Header>
std::optional<Body<Header>> read_body(const nlmsghdr& message) {
  const size_t fixed = NLMSG_ALIGN(sizeof(nlmsghdr)) + NLMSG_ALIGN(sizeof(Header));
  if (message.nlmsg_len < fixed) return std::nullopt;
  const auto* start = reinterpret_cast<const std::byte*>(&message);
  Body<Header> body;
  std::memcpy(&body.header, start + NLMSG_ALIGN(sizeof(nlmsghdr)), sizeof body.header);
  body.attributes = Bytes(start + fixed, message.nlmsg_len - fixed);
  return body;
}

std::optional<IpAddress> read_address(uint8_t family, Bytes bytes) {
  if (family == AF_INET) {
    auto ipv4 = read_number<std::array<uint8_t, 4>>(bytes);
    if (ipv4) return IpAddress::from_ipv4(*ipv4);
  }
  if (family == AF_INET6) {
    auto ipv6 = read_number<std::array<uint8_t, 16>>(bytes);
    if (ipv6) return IpAddress::from_ipv6(*ipv6);
  }
  return std::nullopt;
}

std::optional<MacAddress> read_mac(Bytes bytes) {
  if (bytes.size() != ETH_ALEN) return std::nullopt;  // not Ethernet
  auto mac = read_number<std::array<uint8_t, 6>>(bytes);
  return MacAddress{*mac};
}

std::string read_string(Bytes bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return std::string(text.substr(0, text.find('\0')));
}

bool is_ip(uint8_t family) {
  return family == AF_INET || family == AF_INET6;
}

struct LinkInfo {
  std::string kind;
  uint16_t vlan = 0;
  bool is_8021q = true;
};

// Frames from such an interface were never on a wire.
bool leaves_checksums(const std::string& kind) {
  static constexpr std::array kKinds{"veth", "netkit", "tun", "macvlan", "macvtap", "ipvlan", "ipvtap", "bridge"};
  return std::ranges::find(kKinds, kind) != kKinds.end();
}

LinkInfo read_link_info(Bytes bytes) {
  LinkInfo info;
  Bytes data;
  for_each_attribute(bytes, [&](uint16_t type, Bytes payload) {
    if (type == IFLA_INFO_KIND) info.kind = read_string(payload);
    if (type == IFLA_INFO_DATA) data = payload;
  });
  if (info.kind != "vlan") return info;
  for_each_attribute(data, [&](uint16_t type, Bytes payload) {
    if (type == IFLA_VLAN_ID) info.vlan = read_number<uint16_t>(payload).value_or(0);
    if (type == IFLA_VLAN_PROTOCOL) info.is_8021q = read_number<uint16_t>(payload) == htons(ETH_P_8021Q);
  });
  return info;
}

std::optional<Link> parse_link(const nlmsghdr& message) {
  auto body = read_body<ifinfomsg>(message);
  // The bridge and IPv6 report their own view of a link by the same type; only the general one says all.
  if (!body || body->header.ifi_family != AF_UNSPEC || body->header.ifi_index <= 0) return std::nullopt;
  Link link;
  link.index = static_cast<uint32_t>(body->header.ifi_index);
  link.flags = body->header.ifi_flags & kLinkFlags;
  uint32_t lower = 0;
  bool is_lower_elsewhere = false;
  LinkInfo info;
  for_each_attribute(body->attributes, [&](uint16_t type, Bytes payload) {
    if (type == IFLA_IFNAME) link.name = read_string(payload);
    if (type == IFLA_ADDRESS) link.mac = read_mac(payload).value_or(MacAddress{});
    if (type == IFLA_MTU) link.mtu = read_number<uint32_t>(payload).value_or(0);
    if (type == IFLA_CARRIER_UP_COUNT) link.carrier_returns = read_number<uint32_t>(payload).value_or(0);
    if (type == IFLA_LINK) lower = read_number<uint32_t>(payload).value_or(0);
    if (type == IFLA_LINK_NETNSID) is_lower_elsewhere = true;
    if (type == IFLA_LINKINFO) info = read_link_info(payload);
  });
  link.leaves_checksums = leaves_checksums(info.kind);
  link.is_macvlan = info.kind == "macvlan";
  if (info.is_8021q) link.vlan = info.vlan;
  if ((link.is_vlan() || link.is_macvlan) && !is_lower_elsewhere) link.lower = lower;
  return link;
}

std::optional<InterfaceAddress> parse_address(const nlmsghdr& message) {
  auto body = read_body<ifaddrmsg>(message);
  if (!body || !is_ip(body->header.ifa_family)) return std::nullopt;
  InterfaceAddress address;
  address.link_index = body->header.ifa_index;
  std::optional<IpAddress> local;
  std::optional<IpAddress> peer;
  for_each_attribute(body->attributes, [&](uint16_t type, Bytes payload) {
    if (type == IFA_LOCAL) local = read_address(body->header.ifa_family, payload);
    if (type == IFA_ADDRESS) peer = read_address(body->header.ifa_family, payload);
    if (type == IFA_PROTO) address.protocol = read_number<uint8_t>(payload).value_or(0);
  });
  if (!local) local = peer;  // IPv6 says IFA_LOCAL for point-to-point links only
  if (!local || body->header.ifa_prefixlen > local->bits()) return std::nullopt;
  address.prefix = {*local, body->header.ifa_prefixlen};
  address.peer = peer.value_or(*local);
  return address;
}

std::optional<Route> parse_route(const nlmsghdr& message) {
  auto body = read_body<rtmsg>(message);
  if (!body || !is_ip(body->header.rtm_family) || body->header.rtm_type != RTN_UNICAST) return std::nullopt;
  if ((body->header.rtm_flags & RTM_F_CLONED) != 0) return std::nullopt;
  const IpAddress any = body->header.rtm_family == AF_INET ? IpAddress::from_ipv4({}) : IpAddress::from_ipv6({});
  uint32_t table = body->header.rtm_table;
  Route route{.destination = {any, body->header.rtm_dst_len}};
  for_each_attribute(body->attributes, [&](uint16_t type, Bytes payload) {
    if (type == RTA_DST) route.destination.address = read_address(body->header.rtm_family, payload).value_or(any);
    if (type == RTA_OIF) route.link_index = read_number<uint32_t>(payload).value_or(0);
    if (type == RTA_PRIORITY) route.metric = read_number<uint32_t>(payload).value_or(0);
    if (type == RTA_TABLE) table = read_number<uint32_t>(payload).value_or(table);
    // Several next hops are several routers: nothing that is on-link is reached that way.
    if (type == RTA_GATEWAY || type == RTA_VIA || type == RTA_MULTIPATH) route.has_gateway = true;
  });
  if (table != RT_TABLE_MAIN || route.destination.length > any.bits()) return std::nullopt;
  return route;
}

// RTA_VIA: a gateway of another family.
std::optional<IpAddress> read_via(Bytes bytes) {
  const auto family = read_number<uint16_t>(bytes);
  if (!family || *family > AF_MAX) return std::nullopt;
  return read_address(static_cast<uint8_t>(*family), bytes.subspan(sizeof *family));
}

uint32_t read_mtu(Bytes metrics) {
  uint32_t mtu = 0;
  for_each_attribute(metrics, [&](uint16_t type, Bytes payload) {
    if (type == RTAX_MTU) mtu = read_number<uint32_t>(payload).value_or(0);
  });
  return mtu;
}

std::optional<Neighbour> parse_neighbour(const nlmsghdr& message) {
  auto body = read_body<ndmsg>(message);
  if (!body || !is_ip(body->header.ndm_family) || (body->header.ndm_flags & NTF_PROXY) != 0) return std::nullopt;
  Neighbour neighbour;
  neighbour.link_index = static_cast<uint32_t>(body->header.ndm_ifindex);
  neighbour.state = body->header.ndm_state;
  neighbour.flags = body->header.ndm_flags;
  std::optional<IpAddress> address;
  for_each_attribute(body->attributes, [&](uint16_t type, Bytes payload) {
    if (type == NDA_DST) address = read_address(body->header.ndm_family, payload);
    if (type == NDA_LLADDR) neighbour.mac = read_mac(payload).value_or(MacAddress{});
  });
  if (!address || address->is_multicast()) return std::nullopt;
  neighbour.address = *address;
  return neighbour;
}

template <class What>
std::optional<Change> change_of(const nlmsghdr& message, uint16_t removal, std::optional<What> what) {
  if (!what) return std::nullopt;
  const bool removed = message.nlmsg_type == removal;
  return Change{.kind = removed ? Change::Kind::kRemoved : Change::Kind::kPresent,
                .replaces = !removed && (message.nlmsg_flags & NLM_F_REPLACE) != 0,
                .what = std::move(*what)};
}

// A route of the main table is kept; any other is a sign that paths may have changed.
std::optional<Change> route_change(const nlmsghdr& message) {
  auto change = change_of(message, RTM_DELROUTE, parse_route(message));
  return change ? change : Change{.what = Routing{}};
}

}  // namespace

std::optional<Path> parse_path(const nlmsghdr& message) {
  auto body = read_body<rtmsg>(message);
  if (!body || message.nlmsg_type != RTM_NEWROUTE || !is_ip(body->header.rtm_family)) return std::nullopt;
  const uint8_t family = body->header.rtm_family;
  Path path;
  path.is_local = body->header.rtm_type == RTN_LOCAL;
  if (!path.is_local && body->header.rtm_type != RTN_UNICAST) return std::nullopt;
  for_each_attribute(body->attributes, [&](uint16_t type, Bytes payload) {
    if (type == RTA_OIF) path.link_index = read_number<uint32_t>(payload).value_or(0);
    if (type == RTA_GATEWAY) path.gateway = read_address(family, payload);
    if (type == RTA_VIA) path.gateway = read_via(payload);
    if (type == RTA_PREFSRC) path.source = read_address(family, payload).value_or(IpAddress{});
    if (type == RTA_METRICS) path.mtu = read_mtu(payload);
  });
  return path;
}

const nlmsghdr* first_message(std::span<const std::byte> bytes) {
  if (bytes.size() < sizeof(nlmsghdr)) return nullptr;
  const auto* message = reinterpret_cast<const nlmsghdr*>(bytes.data());
  if (message->nlmsg_len < sizeof(nlmsghdr) || message->nlmsg_len > bytes.size()) return nullptr;
  return message;
}

std::span<const std::byte> after_message(std::span<const std::byte> bytes, const nlmsghdr& first) {
  return bytes.subspan(std::min<size_t>(NLMSG_ALIGN(first.nlmsg_len), bytes.size()));
}

std::optional<Change> parse_change(const nlmsghdr& message) {
  switch (message.nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
      return change_of(message, RTM_DELLINK, parse_link(message));
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return change_of(message, RTM_DELADDR, parse_address(message));
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
      return route_change(message);
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH:
      return change_of(message, RTM_DELNEIGH, parse_neighbour(message));
    case RTM_NEWRULE:
    case RTM_DELRULE:
    case RTM_NEWNEXTHOP:
    case RTM_DELNEXTHOP:
      return Change{.what = Routing{}};
    case RTM_NEWNETCONF:
      return Change{.what = Settings{}};
    default:
      return std::nullopt;
  }
}

}  // namespace evenkeel::engines::network
