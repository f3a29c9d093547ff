#include "tuple.h"

#include <arpa/inet.h>

#include "decoded.h"

namespace evenkeel::packet {
namespace {

constexpr size_t kIcmpHeader = 8, kLeastCarried = 8;

bool has_ports(uint8_t protocol) {
  return protocol == kTcp || protocol == kUdp;
}

// What an ICMP error carries ends where it was cut off: its lengths say nothing.
struct Carried {
  Bytes source, destination;
  uint8_t protocol = 0;
  size_t l4 = 0;
};

std::optional<Carried> read_carried4(const Bytes& frame, size_t at) {
  if (at + 20 > frame.size() || frame[at] >> 4 != 4 || (frame[at] & 15) < 5) return std::nullopt;
  if ((get16(frame, at + 6) & 0x1fff) != 0) return std::nullopt;
  return Carried{part(frame, at + 12, at + 16), part(frame, at + 16, at + 20), frame[at + 9],
                 at + size_t{4} * (frame[at] & 15)};
}

// The view's own walk over extension headers, of a packet that is made to end where the frame does.
std::optional<Carried> read_carried6(const Bytes& frame, size_t at) {
  if (at + 40 > frame.size()) return std::nullopt;
  Bytes packet(frame.begin() + static_cast<ptrdiff_t>(at), frame.end());
  const size_t length = packet.size() - 40;
  packet[4] = static_cast<uint8_t>(length >> 8);
  packet[5] = static_cast<uint8_t>(length);
  const auto inner = view_ip(packet, 0);
  if (!inner || !inner->ipv6 || inner->is_later_fragment) return std::nullopt;
  return Carried{inner->source, inner->destination, inner->protocol, at + inner->l4};
}

}  // namespace

Bytes address_of(const std::string& text) {
  const bool ipv6 = text.find(':') != std::string::npos;
  Bytes bytes(ipv6 ? 16 : 4);
  inet_pton(ipv6 ? AF_INET6 : AF_INET, text.c_str(), bytes.data());
  return bytes;
}

Bytes part(const Bytes& bytes, size_t from, size_t to) {
  return {bytes.begin() + static_cast<ptrdiff_t>(from), bytes.begin() + static_cast<ptrdiff_t>(to)};
}

std::optional<Tuple> tuple_of(const Bytes& frame, const View& v) {
  if (!has_ports(v.protocol) || v.is_later_fragment) return std::nullopt;
  if (v.l4 + (v.protocol == kTcp ? 20 : 8) > v.end) return std::nullopt;
  return Tuple{v.protocol, {v.source, get16(frame, v.l4)}, {v.destination, get16(frame, v.l4 + 2)}};
}

bool is_icmp_error(const Bytes& frame, const View& v) {
  if (v.is_later_fragment || v.protocol != (v.ipv6 ? kIcmp6 : kIcmp) || v.l4 >= frame.size()) return false;
  const uint8_t type = frame[v.l4];
  return v.ipv6 ? type >= 1 && type <= 4 : type == 3 || type == 11 || type == 12;
}

std::optional<Tuple> carried_tuple(const Bytes& frame, const View& v) {
  const size_t at = v.l4 + kIcmpHeader;
  const auto carried = v.ipv6 ? read_carried6(frame, at) : read_carried4(frame, at);
  if (!carried || !has_ports(carried->protocol) || carried->l4 + kLeastCarried > frame.size()) return std::nullopt;
  return Tuple{carried->protocol,
               {carried->source, get16(frame, carried->l4)},
               {carried->destination, get16(frame, carried->l4 + 2)}};
}

}  // namespace evenkeel::packet
