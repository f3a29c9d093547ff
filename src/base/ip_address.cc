#include "base/ip_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace evenkeel {
namespace {

constexpr std::array<uint8_t, 12> kIpv4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<int> parse_number(std::string_view text, int low, int high) {
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high) return std::nullopt;
  return value;
}

}  // namespace

IpAddress IpAddress::from_ipv4(const std::array<uint8_t, 4>& bytes) {
  IpAddress address;
  std::copy(bytes.begin(), bytes.end(), address.bytes_.begin() + 12);
  return address;
}

IpAddress IpAddress::from_ipv6(const std::array<uint8_t, 16>& bytes) {
  IpAddress address;
  address.bytes_ = bytes;
  return address;
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);
  std::array<uint8_t, 16> bytes{};
  // inet_pton would stop at a NUL and not see what follows it.
  const bool is_one_word = copy.find('\0') == std::string::npos;
  if (is_one_word && inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) {
    return from_ipv4({bytes[0], bytes[1], bytes[2], bytes[3]});
  }
  if (is_one_word && inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return from_ipv6(bytes);
  return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not an IPv4 or IPv6 address", text));
}

AddressFamily IpAddress::family() const {
  return std::equal(kIpv4Prefix.begin(), kIpv4Prefix.end(), bytes_.begin()) ? AddressFamily::kIpv4
                                                                            : AddressFamily::kIpv6;
}

bool IpAddress::is_unspecified() const {
  return *this == IpAddress{} || *this == from_ipv6({});
}

bool IpAddress::is_loopback() const {
  return is_ipv4() ? bytes_[12] == 127 : *this == from_ipv6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
}

bool IpAddress::is_multicast() const {
  if (is_ipv4()) return (bytes_[12] & 0xf0) == 0xe0 || ipv4_bytes() == std::array<uint8_t, 4>{255, 255, 255, 255};
  return bytes_[0] == 0xff;
}

bool IpAddress::is_link_local() const {
  return is_ipv4() ? bytes_[12] == 169 && bytes_[13] == 254 : bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;
}

std::array<uint8_t, 4> IpAddress::ipv4_bytes() const {
  return {bytes_[12], bytes_[13], bytes_[14], bytes_[15]};
}

IpAddress IpAddress::masked(int prefix_length) const {
  IpAddress result = *this;
  const int first = is_ipv4() ? 96 : 0;
  for (int bit = first + prefix_length; bit < 128; ++bit) {
    result.bytes_[bit / 8] &= static_cast<uint8_t>(~(0x80u >> (bit % 8)));
  }
  return result;
}

// Each check's sentence has an address: the system's function prints IPv4 with sprintf, which costs as much as all the
// rest.
std::string IpAddress::to_string() const {
  if (is_ipv4()) return fmt::format("{}.{}.{}.{}", bytes_[12], bytes_[13], bytes_[14], bytes_[15]);
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  return text;
}

Result<IpPrefix> IpPrefix::parse(std::string_view text) {
  const size_t slash = text.find('/');
  auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return fail(address.error());
  if (slash == std::string_view::npos) return IpPrefix{*address, address->bits()};
  auto length = parse_number(text.substr(slash + 1), 0, address->bits());
  if (!length) return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" has no valid prefix length", text));
  return IpPrefix{*address, *length};
}

bool IpPrefix::contains(const IpAddress& other) const {
  return other.family() == address.family() && other.masked(length) == address.masked(length);
}

bool IpPrefix::overlaps(const IpPrefix& other) const {
  return length <= other.length ? contains(other.address) : other.contains(address);
}

std::string IpPrefix::to_string() const {
  return fmt::format("{}/{}", address.to_string(), length);
}

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const auto refuse = [&] {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("\"{}\" is not ADDRESS:PORT (IPv6 addresses in square brackets)", text));
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse();
  auto port = parse_number(text.substr(colon + 1), 0, 65535);
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  auto address = IpAddress::parse(host);
  if (!port || !address || address->is_ipv4() == bracketed) return refuse();
  return Endpoint{*address, static_cast<uint16_t>(*port)};
}

std::string Endpoint::to_string() const {
  return address.is_ipv4() ? fmt::format("{}:{}", address.to_string(), port)
                           : fmt::format("[{}]:{}", address.to_string(), port);
}

Result<MacAddress> MacAddress::parse(std::string_view text) {
  MacAddress mac;
  for (size_t i = 0; i < 6; ++i) {
    const size_t at = i * 3;
    const bool last = i == 5;
    const char* digits = text.data() + at;
    if (text.size() != 17 || (!last && text[at + 2] != ':') ||
        std::from_chars(digits, digits + 2, mac.bytes[i], 16).ptr != digits + 2) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not a MAC address", text));
    }
  }
  return mac;
}

std::string MacAddress::to_string() const {
  return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4],
                     bytes[5]);
}

}  // namespace evenkeel

size_t std::hash<evenkeel::IpAddress>::operator()(const evenkeel::IpAddress& address) const noexcept {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(address.bytes().data()), address.bytes().size()});
}
