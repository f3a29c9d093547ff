#include "engines/network/claim.h"

#include <algorithm>
#include <array>

namespace evenkeel::engines::network {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr size_t kEthernetSize = 14;
constexpr size_t kIpv6Size = 40;
constexpr uint8_t kIcmpv6 = 58;
constexpr uint8_t kSolicitation = 135;
constexpr uint8_t kAdvertisement = 136;

template <class... Parts>
Frame join(const Parts&... parts) {
  Frame frame;
  (frame.insert(frame.end(), parts.begin(), parts.end()), ...);
  return frame;
}

MacAddress mac_at(Bytes bytes, size_t at) {
  MacAddress mac;
  std::copy_n(bytes.begin() + static_cast<ptrdiff_t>(at), mac.bytes.size(), mac.bytes.begin());
  return mac;
}

// RFC 1071 over the pseudo header and the message, whose own checksum is 0.
uint16_t icmpv6_checksum(const Frame& frame) {
  uint32_t sum = static_cast<uint32_t>(frame.size() - kEthernetSize - kIpv6Size) + kIcmpv6;
  for (size_t at = kEthernetSize + 8; at + 1 < frame.size(); at += 2) {
    sum += static_cast<uint32_t>(frame[at] << 8 | frame[at + 1]);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

}  // namespace

Frame who_has_frame(const IpAddress& address, const MacAddress& our_mac) {
  const std::array<uint8_t, 6> everyone{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  const std::array<uint8_t, 10> request{0x08, 0x06, 0, 1, 0x08, 0x00, 6, 4, 0, 1};
  const std::array<uint8_t, 4> nobody{};
  const std::array<uint8_t, 6> unknown{};
  return join(everyone, our_mac.bytes, request, our_mac.bytes, nobody, unknown, address.ipv4_bytes());
}

Frame who_has_frame(const IpAddress& address, const MacAddress& our_mac, const IpAddress& source) {
  constexpr uint8_t kMessage = 32;  // with its option
  const auto& target = address.bytes();
  const std::array<uint8_t, 6> group_mac{0x33, 0x33, 0xff, target[13], target[14], target[15]};
  const std::array<uint8_t, 10> head{0x86, 0xdd, 0x60, 0, 0, 0, 0, kMessage, kIcmpv6, 255};
  const std::array<uint8_t, 16> group{0xff, 0x02, 0, 0, 0,    0,          0,          0,
                                      0,    0,    0, 1, 0xff, target[13], target[14], target[15]};
  const std::array<uint8_t, 8> solicitation{kSolicitation};
  const std::array<uint8_t, 2> source_option{1, 1};
  Frame frame =
      join(group_mac, our_mac.bytes, head, source.bytes(), group, solicitation, target, source_option, our_mac.bytes);
  const uint16_t checksum = icmpv6_checksum(frame);
  frame[kEthernetSize + kIpv6Size + 2] = static_cast<uint8_t>(checksum >> 8);
  frame[kEthernetSize + kIpv6Size + 3] = static_cast<uint8_t>(checksum & 0xff);
  return frame;
}

std::optional<Claim> parse_arp_claim(Bytes message) {
  constexpr std::array<uint8_t, 6> kEthernetIpv4{0, 1, 0x08, 0x00, 6, 4};
  constexpr size_t kSize = 28;
  if (message.size() < kSize || !std::ranges::equal(message.first(6), kEthernetIpv4)) return std::nullopt;
  std::array<uint8_t, 4> sender{};
  std::copy_n(message.begin() + 14, sender.size(), sender.begin());
  const Claim claim{IpAddress::from_ipv4(sender), mac_at(message, 8)};
  // A probe says only what it would like to have.
  return claim.address.is_unspecified() ? std::nullopt : std::optional(claim);
}

std::optional<Claim> parse_advertisement_claim(Bytes packet, const MacAddress& from) {
  constexpr size_t kMessage = 24;
  constexpr uint8_t kTargetLinkLayerAddress = 2;
  if (packet.size() < kIpv6Size + kMessage || packet[6] != kIcmpv6 || packet[kIpv6Size] != kAdvertisement) {
    return std::nullopt;
  }
  std::array<uint8_t, 16> target{};
  std::copy_n(packet.begin() + kIpv6Size + 8, target.size(), target.begin());
  Claim claim{IpAddress::from_ipv6(target), from};
  const auto option = packet.subspan(kIpv6Size + kMessage);
  if (option.size() >= 8 && option[0] == kTargetLinkLayerAddress && option[1] == 1) claim.mac = mac_at(option, 2);
  return claim;
}

}  // namespace evenkeel::engines::network
