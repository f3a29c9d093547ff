#include "health/path_packet.h"

#include <netinet/in.h>

namespace evenkeel::health {
namespace {

constexpr uint8_t kHops = 64;
constexpr uint8_t kSyn = 0x02;
constexpr uint8_t kRst = 0x04;
constexpr uint16_t kDnsPort = 53;

void put16(Packet& packet, uint32_t value) {
  packet.push_back(static_cast<uint8_t>(value >> 8));
  packet.push_back(static_cast<uint8_t>(value));
}

void put32(Packet& packet, uint32_t value) {
  put16(packet, value >> 16);
  put16(packet, value & 0xffff);
}

template <class Bytes>
void put(Packet& packet, const Bytes& bytes) {
  packet.insert(packet.end(), bytes.begin(), bytes.end());
}

void put_address(Packet& packet, const IpAddress& address) {
  if (address.is_ipv4()) {
    put(packet, address.ipv4_bytes());
  } else {
    put(packet, address.bytes());
  }
}

// RFC 1071; the caller has made the length even.
uint16_t checksum(std::span<const uint8_t> bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) sum += (uint32_t{bytes[i]} << 8) | bytes[i + 1];
  while ((sum >> 16) != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

void set16(Packet& packet, size_t at, uint16_t value) {
  packet[at] = static_cast<uint8_t>(value >> 8);
  packet[at + 1] = static_cast<uint8_t>(value);
}

Packet ipv4_header(const IpAddress& source, const IpAddress& target, uint8_t protocol, size_t payload) {
  constexpr size_t kSize = 20;
  Packet header{0x45, 0};
  put16(header, static_cast<uint32_t>(kSize + payload));
  put32(header, 0x4000);  // identification 0, do not fragment
  header.push_back(kHops);
  header.push_back(protocol);
  put16(header, 0);
  put_address(header, source);
  put_address(header, target);
  set16(header, 10, checksum(header));
  return header;
}

Packet ipv6_header(const IpAddress& source, const IpAddress& target, uint8_t protocol, size_t payload) {
  Packet header{0x60, 0, 0, 0};
  put16(header, static_cast<uint32_t>(payload));
  header.push_back(protocol);
  header.push_back(kHops);
  put_address(header, source);
  put_address(header, target);
  return header;
}

Packet ip_header(const IpAddress& source, const IpAddress& target, uint8_t protocol, size_t payload) {
  return source.is_ipv4() ? ipv4_header(source, target, protocol, payload)
                          : ipv6_header(source, target, protocol, payload);
}

// Over the pseudo header and the segment, whose own checksum is 0.
uint16_t transport_checksum(const PathFlow& flow, uint8_t protocol, const Packet& segment) {
  Packet summed;
  put_address(summed, flow.source.address);
  put_address(summed, flow.target.address);
  put32(summed, static_cast<uint32_t>(segment.size()));
  put32(summed, protocol);
  put(summed, segment);
  if (summed.size() % 2 != 0) summed.push_back(0);
  return checksum(summed);
}

Packet with_ip_header(const PathFlow& flow, uint8_t protocol, const Packet& segment) {
  Packet packet = ip_header(flow.source.address, flow.target.address, protocol, segment.size());
  put(packet, segment);
  return packet;
}

Packet render_tcp(const PathFlow& flow, uint32_t sequence, uint8_t flags, std::span<const uint8_t> options) {
  constexpr size_t kHeader = 20;
  constexpr size_t kChecksumAt = 16;
  Packet segment;
  put16(segment, flow.source.port);
  put16(segment, flow.target.port);
  put32(segment, sequence);
  put32(segment, 0);
  segment.push_back(static_cast<uint8_t>(((kHeader + options.size()) / 4) << 4));
  segment.push_back(flags);
  put16(segment, flags == kSyn ? 0xffff : 0);  // window
  put32(segment, 0);                           // checksum, urgent pointer
  put(segment, options);
  set16(segment, kChecksumAt, transport_checksum(flow, IPPROTO_TCP, segment));
  return with_ip_header(flow, IPPROTO_TCP, segment);
}

}  // namespace

Packet render_syn(const PathFlow& flow, uint32_t sequence) {
  constexpr std::array<uint8_t, 4> kMaximumSegmentSize{2, 4, 0x05, 0xb4};  // 1460: a SYN without it looks like a scan
  return render_tcp(flow, sequence, kSyn, kMaximumSegmentSize);
}

Packet render_reset(const PathFlow& flow, uint32_t sequence) {
  return render_tcp(flow, sequence, kRst, {});
}

Packet render_datagram(const PathFlow& flow, std::span<const uint8_t> payload) {
  constexpr size_t kHeader = 8;
  constexpr size_t kChecksumAt = 6;
  Packet segment;
  put16(segment, flow.source.port);
  put16(segment, flow.target.port);
  put16(segment, static_cast<uint32_t>(kHeader + payload.size()));
  put16(segment, 0);
  put(segment, payload);
  const uint16_t sum = transport_checksum(flow, IPPROTO_UDP, segment);
  set16(segment, kChecksumAt, sum == 0 ? uint16_t{0xffff} : sum);  // 0 would mean that there is none
  return with_ip_header(flow, IPPROTO_UDP, segment);
}

Packet in_tunnel(const Packet& inner, const IpAddress& source, const IpAddress& real_server) {
  const uint8_t protocol = source.is_ipv4() ? uint8_t{IPPROTO_IPIP} : uint8_t{IPPROTO_IPV6};
  Packet packet = ip_header(source, real_server, protocol, inner.size());
  put(packet, inner);
  return packet;
}

std::vector<uint8_t> question_for(uint16_t port) {
  if (port != kDnsPort) return {};
  // Identification, recursion not desired, one question; the root, NS, IN.
  return {0x65, 0x6b, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1};
}

}  // namespace evenkeel::health
