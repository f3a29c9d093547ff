#pragma once
// ICMP and ICMPv6 echo as bytes. Pure.

#include <array>
#include <cstdint>
#include <span>

#include "base/ip_address.h"

namespace evenkeel::health {

struct Echo {
  AddressFamily family = AddressFamily::kIpv4;
  uint16_t identifier = 0;  // host order
  uint16_t sequence = 0;    // host order
  uint64_t token = 0;       // payload: tells our echo from another program's with the same identifier
};

using EchoRequest = std::array<uint8_t, 16>;

// The checksum is filled in for IPv4; for IPv6 the kernel does it.
EchoRequest render_echo_request(const Echo& echo);

// What an ICMP socket delivered: is it the reply to this echo? A raw IPv4 socket delivers the IP header too; a datagram
// socket has put an identifier of its own, so only sequence and token are compared.
enum class EchoSocket { kDatagram, kRaw };
bool is_reply(const Echo& echo, EchoSocket kind, std::span<const uint8_t> received);

}  // namespace evenkeel::health
