#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "engines/network/message.h"

namespace evenkeel::engines::network {
namespace {

uint8_t family_of(const IpAddress& address) {
  return address.is_ipv4() ? AF_INET : AF_INET6;
}

void put_address(nlmsghdr* message, uint16_t type, const IpAddress& address) {
  if (address.is_ipv4()) {
    mnl_attr_put(message, type, 4, address.ipv4_bytes().data());
  } else {
    mnl_attr_put(message, type, 16, address.bytes().data());
  }
}

void put_interface_address(Request& request, const IpPrefix& prefix, uint32_t link_index) {
  auto* fixed = static_cast<ifaddrmsg*>(mnl_nlmsg_put_extra_header(request.header(), sizeof(ifaddrmsg)));
  fixed->ifa_family = family_of(prefix.address);
  fixed->ifa_prefixlen = static_cast<uint8_t>(prefix.length);
  fixed->ifa_index = link_index;
  put_address(request.header(), IFA_LOCAL, prefix.address);
}

Request neighbour_request(const IpAddress& address, uint32_t link_index, uint16_t how, uint16_t state, uint8_t flags) {
  Request request(RTM_NEWNEIGH, how);
  auto* fixed = static_cast<ndmsg*>(mnl_nlmsg_put_extra_header(request.header(), sizeof(ndmsg)));
  fixed->ndm_family = family_of(address);
  fixed->ndm_ifindex = static_cast<int>(link_index);
  fixed->ndm_state = state;
  fixed->ndm_flags = flags;
  put_address(request.header(), NDA_DST, address);
  return request;
}

// A deprecated address is never chosen as the source of what the load balancer itself sends, such as probes: a real
// server has the virtual address on its own loopback and would answer itself.
void put_never_preferred(nlmsghdr* message) {
  constexpr uint32_t kForever = 0xffffffff;
  ifa_cacheinfo lifetimes{};
  lifetimes.ifa_valid = kForever;
  lifetimes.ifa_prefered = 0;
  mnl_attr_put(message, IFA_CACHEINFO, sizeof lifetimes, &lifetimes);
}

}  // namespace

Request::Request(uint16_t type, uint16_t flags) {
  nlmsghdr* message = mnl_nlmsg_put_header(bytes_.data());
  message->nlmsg_type = type;
  message->nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
}

std::span<const std::byte> Request::bytes() const {
  const auto* message = reinterpret_cast<const nlmsghdr*>(bytes_.data());
  return std::span(bytes_).first(message->nlmsg_len);
}

Request add_address_request(const IpAddress& address, uint32_t link_index) {
  Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
  put_interface_address(request, {address, address.bits()}, link_index);
  put_address(request.header(), IFA_ADDRESS, address);
  mnl_attr_put_u8(request.header(), IFA_PROTO, kAddressProtocol);
  // The pair's other node may still have the address: detection would refuse it. A route to the address alone would
  // make the interface look as if it had a network that contains it.
  if (!address.is_ipv4()) {
    mnl_attr_put_u32(request.header(), IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
    put_never_preferred(request.header());
  }
  return request;
}

Request remove_address_request(const InterfaceAddress& address) {
  Request request(RTM_DELADDR, 0);
  put_interface_address(request, address.prefix, address.link_index);
  return request;
}

Request path_request(const IpAddress& address) {
  Request request(RTM_GETROUTE, 0);
  auto* fixed = static_cast<rtmsg*>(mnl_nlmsg_put_extra_header(request.header(), sizeof(rtmsg)));
  fixed->rtm_family = family_of(address);
  fixed->rtm_dst_len = static_cast<uint8_t>(address.bits());
  put_address(request.header(), RTA_DST, address);
  return request;
}

Request use_neighbour_request(const IpAddress& address, uint32_t link_index) {
  return neighbour_request(address, link_index, NLM_F_CREATE | NLM_F_REPLACE, NUD_NONE, NTF_USE);
}

Request probe_neighbour_request(const Neighbour& neighbour) {
  return neighbour_request(neighbour.address, neighbour.link_index, NLM_F_REPLACE, NUD_PROBE, 0);
}

}  // namespace evenkeel::engines::network
