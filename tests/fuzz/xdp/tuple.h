#pragma once
// Who talks to whom: what identifies a connection, as a packet says it.

#include <compare>
#include <optional>
#include <string>

#include "packet_builder.h"
#include "view.h"

namespace evenkeel::packet {

Bytes address_of(const std::string& text);
Bytes part(const Bytes& bytes, size_t from, size_t to);

struct Endpoint {
  Bytes address;
  uint16_t port = 0;
  auto operator<=>(const Endpoint&) const = default;
};

struct Tuple {
  uint8_t protocol = 0;
  Endpoint from, to;
  auto operator<=>(const Tuple&) const = default;

  bool ipv6() const { return to.address.size() == 16; }
  Tuple turned() const { return {protocol, to, from}; }
};

// Of TCP and UDP whose ports are there: whole packets and first fragments.
std::optional<Tuple> tuple_of(const Bytes& frame, const View& view);

bool is_icmp_error(const Bytes& frame, const View& view);
// Of the packet that an ICMP error carries, of which only the first bytes need be there.
std::optional<Tuple> carried_tuple(const Bytes& frame, const View& view);

}  // namespace evenkeel::packet
