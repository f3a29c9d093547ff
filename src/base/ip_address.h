#pragma once
// IPv4 and IPv6 addresses, prefixes and Ethernet addresses as values. Bytes are in network order, as on the wire.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace evenkeel {

enum class AddressFamily : uint8_t { kIpv4, kIpv6 };

// Sixteen bytes; IPv4 is held as ::ffff:a.b.c.d. The default value is the IPv4 address 0.0.0.0.
class IpAddress {
 public:
  IpAddress() = default;
  static IpAddress from_ipv4(const std::array<uint8_t, 4>& bytes);
  static IpAddress from_ipv6(const std::array<uint8_t, 16>& bytes);  // ::ffff:0:0/96 becomes IPv4
  // Dotted or colon form, without prefix, port or zone; surrounding space is an error.
  static Result<IpAddress> parse(std::string_view text);

  AddressFamily family() const;
  bool is_ipv4() const { return family() == AddressFamily::kIpv4; }
  bool is_unspecified() const;  // 0.0.0.0 or ::
  bool is_loopback() const;     // 127.0.0.0/8 or ::1
  bool is_multicast() const;    // also true for 255.255.255.255
  bool is_link_local() const;   // 169.254.0.0/16 or fe80::/10

  const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  std::array<uint8_t, 4> ipv4_bytes() const;  // meaningful for IPv4 only
  int bits() const { return is_ipv4() ? 32 : 128; }
  IpAddress masked(int prefix_length) const;  // host bits cleared; 0..bits()
  std::string to_string() const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<uint8_t, 16> bytes_{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
};

struct IpPrefix {
  IpAddress address;  // as written: host bits are kept
  int length = 32;

  static Result<IpPrefix> parse(std::string_view text);  // "10.0.0.0/24"; without a length: a host
  bool contains(const IpAddress& other) const;
  bool overlaps(const IpPrefix& other) const;  // have they addresses in common?
  std::string to_string() const;
  auto operator<=>(const IpPrefix&) const = default;
};

struct Endpoint {
  IpAddress address;
  uint16_t port = 0;  // host order

  // "10.0.0.1:80" or "[2001:db8::1]:80"
  static Result<Endpoint> parse(std::string_view text);
  std::string to_string() const;
  auto operator<=>(const Endpoint&) const = default;
};

struct MacAddress {
  std::array<uint8_t, 6> bytes{};

  static Result<MacAddress> parse(std::string_view text);  // "02:00:00:00:00:01"
  bool is_zero() const { return bytes == std::array<uint8_t, 6>{}; }
  std::string to_string() const;
  auto operator<=>(const MacAddress&) const = default;
};

}  // namespace evenkeel

template <>
struct std::hash<evenkeel::IpAddress> {
  size_t operator()(const evenkeel::IpAddress& address) const noexcept;
};
