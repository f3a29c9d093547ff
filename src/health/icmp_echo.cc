#include "health/icmp_echo.h"

#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include <algorithm>

namespace evenkeel::health {
namespace {

// type, code, checksum (2), identifier (2), sequence (2), token (8)
constexpr size_t kIdentifierAt = 4;
constexpr size_t kSequenceAt = 6;
constexpr size_t kTokenAt = 8;
constexpr size_t kShortestIpv4Header = 20;

void put(std::span<uint8_t> bytes, uint64_t value) {
  for (size_t i = bytes.size(); i-- > 0; value >>= 8) bytes[i] = static_cast<uint8_t>(value);
}

uint16_t internet_checksum(std::span<const uint8_t> bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) sum += (uint32_t{bytes[i]} << 8) | bytes[i + 1];
  while ((sum >> 16) != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

// Empty if the header is malformed.
std::span<const uint8_t> without_ipv4_header(std::span<const uint8_t> packet) {
  if (packet.empty()) return {};
  const size_t header = size_t{packet[0] & 0x0fU} * 4;
  if (header < kShortestIpv4Header || header > packet.size()) return {};
  return packet.subspan(header);
}

}  // namespace

EchoRequest render_echo_request(const Echo& echo) {
  EchoRequest request{};
  const bool is_ipv4 = echo.family == AddressFamily::kIpv4;
  request[0] = is_ipv4 ? uint8_t{ICMP_ECHO} : uint8_t{ICMP6_ECHO_REQUEST};
  const std::span<uint8_t> bytes(request);
  put(bytes.subspan(kIdentifierAt, 2), echo.identifier);
  put(bytes.subspan(kSequenceAt, 2), echo.sequence);
  put(bytes.subspan(kTokenAt, 8), echo.token);
  if (is_ipv4) put(bytes.subspan(2, 2), internet_checksum(request));
  return request;
}

bool is_reply(const Echo& echo, EchoSocket kind, std::span<const uint8_t> received) {
  const bool is_ipv4 = echo.family == AddressFamily::kIpv4;
  const bool is_raw = kind == EchoSocket::kRaw;
  const std::span<const uint8_t> message = is_ipv4 && is_raw ? without_ipv4_header(received) : received;
  const EchoRequest request = render_echo_request(echo);
  if (message.size() < request.size()) return false;
  if (message[0] != (is_ipv4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) || message[1] != 0) return false;
  const size_t compared_from = is_raw ? kIdentifierAt : kSequenceAt;
  return std::equal(request.begin() + compared_from, request.end(), message.begin() + compared_from);
}

}  // namespace evenkeel::health
