#pragma once
// A frame read again, for tests that are about what was written into it: addresses, ports, and whether checksums hold.

#include <arpa/inet.h>

#include <cstdint>
#include <string>

#include "packet_builder.h"

namespace evenkeel::packet {

inline uint16_t get16(const Bytes& bytes, size_t at) {
  return static_cast<uint16_t>(bytes.at(at) << 8 | bytes.at(at + 1));
}

inline uint32_t sum16(const Bytes& bytes, size_t from, size_t to) {
  uint32_t sum = 0;
  for (size_t at = from; at < to; at += 2) {
    sum += bytes.at(at) << 8 | (at + 1 < to ? bytes.at(at + 1) : 0);
  }
  return sum;
}

inline uint16_t folded(uint32_t sum) {
  while (sum >> 16 != 0) {
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<uint16_t>(sum);
}

// Untagged or tagged, IPv4 or IPv6 without extension headers.
class Decoded {
 public:
  explicit Decoded(Bytes bytes, size_t at = 0) : bytes_(std::move(bytes)), ip_(at) {
    if (at == 0) {
      ip_ = 14;
      while (get16(bytes_, ip_ - 2) == 0x8100 || get16(bytes_, ip_ - 2) == 0x88a8) {
        ip_ += 4;
      }
    }
  }

  bool ipv6() const { return bytes_.at(ip_) >> 4 == 6; }
  size_t l4() const { return ip_ + (ipv6() ? 40 : (bytes_.at(ip_) & 15) * 4); }
  size_t end() const { return ip_ + (ipv6() ? 40 + get16(bytes_, ip_ + 4) : get16(bytes_, ip_ + 2)); }
  uint8_t protocol() const { return bytes_.at(ip_ + (ipv6() ? 6 : 9)); }
  uint8_t ttl() const { return bytes_.at(ip_ + (ipv6() ? 7 : 8)); }
  std::string source() const { return address(ipv6() ? 8 : 12); }
  std::string destination() const { return address(ipv6() ? 24 : 16); }
  uint16_t source_port() const { return get16(bytes_, l4()); }
  uint16_t destination_port() const { return get16(bytes_, l4() + 2); }
  uint16_t l4_checksum() const { return get16(bytes_, checksum_at()); }
  Bytes mac() const { return {bytes_.begin(), bytes_.begin() + 6}; }
  Bytes source_mac() const { return {bytes_.begin() + 6, bytes_.begin() + 12}; }
  const Bytes& bytes() const { return bytes_; }
  // The packet that an ICMP error or a tunnel carries.
  Decoded inner(size_t skip) const { return Decoded(bytes_, l4() + skip); }

  bool ip_checksum_holds() const { return ipv6() || folded(sum16(bytes_, ip_, l4())) == 0xffff; }
  bool l4_checksum_holds() const { return folded(l4_sum()) == 0xffff; }
  // As a sender writes it that leaves the rest to hardware.
  Bytes with_partial_checksum() {
    size_t at = checksum_at();
    const uint32_t sum = folded(pseudo_header_sum());
    bytes_.at(at) = static_cast<uint8_t>(sum >> 8);
    bytes_.at(at + 1) = sum & 255;
    return bytes_;
  }
  // As whoever sends the frame would write it.
  Bytes with_l4_checksum() {
    size_t at = checksum_at();
    bytes_.at(at) = bytes_.at(at + 1) = 0;
    auto value = static_cast<uint16_t>(~folded(l4_sum()));
    if (value == 0 && protocol() == kUdp) {
      value = 0xffff;
    }
    bytes_.at(at) = value >> 8;
    bytes_.at(at + 1) = value & 255;
    return bytes_;
  }

 private:
  size_t checksum_at() const { return l4() + (protocol() == kTcp ? 16 : protocol() == kUdp ? 6 : 2); }
  uint32_t l4_sum() const {
    uint32_t sum = sum16(bytes_, l4(), end());
    if (protocol() == kIcmp) {
      return sum;
    }
    return sum + pseudo_header_sum();
  }
  uint32_t pseudo_header_sum() const {
    return sum16(bytes_, ip_ + (ipv6() ? 8 : 12), ip_ + (ipv6() ? 40 : 20)) + protocol() + (end() - l4());
  }
  std::string address(size_t offset) const {
    char text[INET6_ADDRSTRLEN];
    inet_ntop(ipv6() ? AF_INET6 : AF_INET, bytes_.data() + ip_ + offset, text, sizeof text);
    return text;
  }

  Bytes bytes_;
  size_t ip_;
};

}  // namespace evenkeel::packet
