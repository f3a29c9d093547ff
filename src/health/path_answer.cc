#include "health/path_answer.h"

#include <netinet/in.h>

#include <algorithm>
#include <utility>

namespace evenkeel::health {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr size_t kIpv4Header = 20;
constexpr size_t kIpv6Header = 40;
constexpr size_t kIcmpHeader = 8;
constexpr uint8_t kSyn = 0x02;
constexpr uint8_t kRst = 0x04;
constexpr uint8_t kAck = 0x10;

// An IP packet taken apart; its payload may be cut short.
struct Parts {
  IpAddress source, target;
  uint8_t protocol = 0;
  Bytes payload;
};

uint16_t get16(Bytes bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

uint32_t get32(Bytes bytes, size_t at) {
  return uint32_t{get16(bytes, at)} << 16 | get16(bytes, at + 2);
}

IpAddress ipv4_at(Bytes bytes, size_t at) {
  std::array<uint8_t, 4> address{};
  std::copy_n(bytes.begin() + static_cast<ptrdiff_t>(at), address.size(), address.begin());
  return IpAddress::from_ipv4(address);
}

IpAddress ipv6_at(Bytes bytes, size_t at) {
  std::array<uint8_t, 16> address{};
  std::copy_n(bytes.begin() + static_cast<ptrdiff_t>(at), address.size(), address.begin());
  return IpAddress::from_ipv6(address);
}

std::optional<Parts> parse_ipv4(Bytes packet) {
  if (packet.size() < kIpv4Header) return std::nullopt;
  const size_t header = size_t{packet[0] & 0x0fU} * 4;
  const bool is_later_fragment = (get16(packet, 6) & 0x1fff) != 0;
  if (header < kIpv4Header || header > packet.size() || is_later_fragment) return std::nullopt;
  return Parts{ipv4_at(packet, 12), ipv4_at(packet, 16), packet[9], packet.subspan(header)};
}

std::optional<Parts> parse_ipv6(Bytes packet) {
  if (packet.size() < kIpv6Header) return std::nullopt;
  return Parts{ipv6_at(packet, 8), ipv6_at(packet, 24), packet[6], packet.subspan(kIpv6Header)};
}

std::optional<Parts> parse_ip(Bytes packet) {
  if (packet.empty()) return std::nullopt;
  switch (packet[0] >> 4) {
    case 4:
      return parse_ipv4(packet);
    case 6:
      return parse_ipv6(packet);
    default:
      return std::nullopt;
  }
}

// Of an answer: it goes the other way.
PathFlow answered_flow(const Parts& ip) {
  return {{ip.target, get16(ip.payload, 2)}, {ip.source, get16(ip.payload, 0)}};
}

std::optional<PathAnswer> parse_tcp(const Parts& ip) {
  constexpr size_t kTcpHeader = 20;
  if (ip.payload.size() < kTcpHeader) return std::nullopt;
  const uint8_t flags = ip.payload[13];
  PathAnswer answer{.flow = answered_flow(ip), .acknowledged = get32(ip.payload, 8)};
  if ((flags & (kSyn | kAck | kRst)) == (kSyn | kAck)) {
    answer.kind = PathAnswer::Kind::kSynAck;
  } else if ((flags & kRst) == 0) {
    return std::nullopt;
  }
  return answer;
}

std::optional<PathAnswer> parse_udp(const Parts& ip) {
  constexpr size_t kUdpHeader = 8;
  if (ip.payload.size() < kUdpHeader) return std::nullopt;
  return PathAnswer{.kind = PathAnswer::Kind::kDatagram, .flow = answered_flow(ip)};
}

std::optional<Unreachable> icmp_meaning(uint8_t type, uint8_t code) {
  if (type != 3) return std::nullopt;
  switch (code) {
    case 2:
      return Unreachable::kProtocol;
    case 3:
      return Unreachable::kPort;
    case 4:  // too big: nothing that a path check sends is
      return std::nullopt;
    case 9:
    case 10:
    case 13:
      return Unreachable::kProhibited;
    default:
      return Unreachable::kHost;
  }
}

std::optional<Unreachable> icmpv6_meaning(uint8_t type, uint8_t code) {
  if (type == 4) return code == 1 ? std::optional(Unreachable::kProtocol) : std::nullopt;
  if (type != 1) return std::nullopt;
  switch (code) {
    case 1:
    case 5:
    case 6:
      return Unreachable::kProhibited;
    case 4:
      return Unreachable::kPort;
    default:
      return Unreachable::kHost;
  }
}

bool is_tunnel(uint8_t protocol) {
  return protocol == IPPROTO_IPIP || protocol == IPPROTO_IPV6;
}

// The packet of ours that an ICMP error quotes: at least its addresses and ports.
void set_quoted(PathAnswer& answer, const Parts& quoted) {
  constexpr size_t kPorts = 4;
  constexpr size_t kSequenceEnds = 8;
  if (quoted.payload.size() < kPorts) return;
  answer.flow = {{quoted.source, get16(quoted.payload, 0)}, {quoted.target, get16(quoted.payload, 2)}};
  if (quoted.protocol == IPPROTO_TCP && quoted.payload.size() >= kSequenceEnds) {
    answer.quoted_sequence = get32(quoted.payload, 4);
  }
}

std::optional<PathAnswer> parse_icmp(const Parts& ip, std::optional<Unreachable> meaning) {
  if (!meaning || ip.payload.size() < kIcmpHeader) return std::nullopt;
  const auto quoted = parse_ip(ip.payload.subspan(kIcmpHeader));
  if (!quoted) return std::nullopt;
  PathAnswer answer{.kind = PathAnswer::Kind::kUnreachable, .unreachable = *meaning, .reporter = ip.source};
  if (!is_tunnel(quoted->protocol)) {
    set_quoted(answer, *quoted);
    return answer.flow == PathFlow{} ? std::nullopt : std::optional(answer);
  }
  answer.tunnel_end = quoted->target;
  if (const auto inner = parse_ip(quoted->payload)) set_quoted(answer, *inner);
  return answer;
}

}  // namespace

std::optional<PathAnswer> parse_path_answer(Bytes packet) {
  const auto ip = parse_ip(packet);
  if (!ip || ip->payload.size() < 2) return std::nullopt;
  switch (ip->protocol) {
    case IPPROTO_TCP:
      return parse_tcp(*ip);
    case IPPROTO_UDP:
      return parse_udp(*ip);
    case IPPROTO_ICMP:
      return parse_icmp(*ip, icmp_meaning(ip->payload[0], ip->payload[1]));
    case IPPROTO_ICMPV6:
      return parse_icmp(*ip, icmpv6_meaning(ip->payload[0], ip->payload[1]));
    default:
      return std::nullopt;
  }
}

}  // namespace evenkeel::health
