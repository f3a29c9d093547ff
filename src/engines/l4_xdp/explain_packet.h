#pragma once
// The made-up packet of an explanation: the first one that a client would send. Pure.

#include <cstdint>
#include <vector>

#include "base/ip_address.h"

namespace evenkeel::engines::l4_xdp {

// An Ethernet frame with a TCP SYN or an empty UDP datagram (protocol: IPPROTO_TCP or IPPROTO_UDP). Both endpoints are
// of one family. Checksums of the transport header are left out: the data plane does not look at them.
std::vector<uint8_t> first_packet(const Endpoint& client, const Endpoint& virtual_endpoint, uint8_t protocol);

}  // namespace evenkeel::engines::l4_xdp
