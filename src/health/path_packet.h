#pragma once
// The packets of a path check as bytes, from the IP header on: what a client would send, and the tunnel around it.
// Pure.

#include <cstdint>
#include <span>
#include <vector>

#include "base/ip_address.h"

namespace evenkeel::health {

using Packet = std::vector<uint8_t>;

// Both ends are of the same family.
struct PathFlow {
  Endpoint source;  // the load balancer's own
  Endpoint target;
  bool operator==(const PathFlow&) const = default;
};

Packet render_syn(const PathFlow& flow, uint32_t sequence);
Packet render_reset(const PathFlow& flow, uint32_t sequence);
Packet render_datagram(const PathFlow& flow, std::span<const uint8_t> payload);

// The packet inside another one, as the data plane does it: IPv4 in IPv4, IPv6 in IPv6.
Packet in_tunnel(const Packet& inner, const IpAddress& source, const IpAddress& real_server);

// What a UDP service at this port is likely to answer: a DNS query for the root's name servers on 53, else nothing but
// the header.
std::vector<uint8_t> question_for(uint16_t port);

}  // namespace evenkeel::health
