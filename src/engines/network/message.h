#pragma once
// Route netlink messages: reading those of the kernel, writing ours. Pure functions over bytes; a message that is cut
// short or contradicts its own lengths yields nothing and is never read beyond its end.

#include <libmnl/libmnl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "engines/network/topology.h"

namespace evenkeel::engines::network {

// IFA_PROTO of the addresses that this engine adds (the kernel uses 1..3 itself).
inline constexpr uint8_t kAddressProtocol = 0xeb;

// The message at the start of `bytes`, or nullptr when it is not there in full.
const nlmsghdr* first_message(std::span<const std::byte> bytes);
// `bytes` without that first message and its padding.
std::span<const std::byte> after_message(std::span<const std::byte> bytes, const nlmsghdr& first);

// RTM_{NEW,DEL}{LINK,ADDR,ROUTE,NEIGH}. Nothing for other types and for what the engine has no use for: other address
// families, proxy neighbours. Routes of other tables or kinds, rules and next-hop objects are no more than Routing,
// and what RTM_NEWNETCONF says no more than Settings.
// `message.nlmsg_len` bytes are there.
std::optional<Change> parse_change(const nlmsghdr& message);
// The answer to a path_request: RTM_NEWROUTE. Nothing for what leads nowhere, or to more than one machine.
std::optional<Path> parse_path(const nlmsghdr& message);

// A request with its attributes. NLM_F_REQUEST and NLM_F_ACK are set.
class Request {
 public:
  Request(uint16_t type, uint16_t flags);
  nlmsghdr* header() { return reinterpret_cast<nlmsghdr*>(bytes_.data()); }
  std::span<const std::byte> bytes() const;

 private:
  alignas(nlmsghdr) std::array<std::byte, 128> bytes_{};  // more than the largest of the requests below
};

// A host address (/32, /128), labelled as ours; IPv6 without duplicate address detection and without a prefix route.
Request add_address_request(const IpAddress& address, uint32_t link_index);
Request remove_address_request(const InterfaceAddress& address);
// How would you send to it?
Request path_request(const IpAddress& address);
// Resolve it if it is not resolved.
Request use_neighbour_request(const IpAddress& address, uint32_t link_index);
// Ask the neighbour whether it still has that MAC address; answers come as neighbour changes. Only for one that
// can_be_probed().
Request probe_neighbour_request(const Neighbour& neighbour);

}  // namespace evenkeel::engines::network
