#pragma once
// Who says that an address is theirs: the question as a frame, and what is heard, asked for or not. Pure.

#include <cstdint>
#include <optional>
#include <span>

#include "base/ip_address.h"
#include "engines/network/announce.h"

namespace evenkeel::engines::network {

struct Claim {
  IpAddress address;
  MacAddress mac;
  auto operator<=>(const Claim&) const = default;
};

// Complete Ethernet frames. IPv4: an ARP probe (RFC 5227), which no neighbour learns anything from.
Frame who_has_frame(const IpAddress& address, const MacAddress& our_mac);
// IPv6: a neighbour solicitation. `source`: an IPv6 address of our own on that link.
Frame who_has_frame(const IpAddress& address, const MacAddress& our_mac, const IpAddress& source);

// An ARP message, from its own header on: requests and replies both say who their sender is.
std::optional<Claim> parse_arp_claim(std::span<const uint8_t> message);
// A neighbour advertisement, from the IPv6 header on. `from`: the frame's source, for those that do not name the MAC.
std::optional<Claim> parse_advertisement_claim(std::span<const uint8_t> packet, const MacAddress& from);

}  // namespace evenkeel::engines::network
