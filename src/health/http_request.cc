#include "health/http_request.h"

#include <fmt/format.h>

#include <string_view>

namespace evenkeel::health {
namespace {

// RFC 9110: the port belongs into Host unless it is the scheme's own.
std::string default_host(const Target& target) {
  const uint16_t usual = target.check.protocol == model::NegotiateProtocol::kHttps ? 443 : 80;
  if (target.port != usual) return Endpoint{target.address, target.port}.to_string();
  return target.address.is_ipv4() ? target.address.to_string() : fmt::format("[{}]", target.address.to_string());
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    if (value > 0x20 && value < 0x7f) {
      encoded.push_back(byte);
    } else {
      encoded += fmt::format("%{:02X}", value);
    }
  }
  return encoded;
}

}  // namespace

std::string render_request(const Target& target) {
  const std::string& request = target.check.request;
  const std::string host = target.check.virtual_host.empty() ? default_host(target) : target.check.virtual_host;
  return fmt::format(
      "GET {}{} HTTP/1.1\r\n"
      "Host: {}\r\n"
      "User-Agent: Evenkeel\r\n"
      "Accept: */*\r\n"
      "Connection: close\r\n\r\n",
      request.starts_with('/') ? "" : "/", percent_encoded(request), percent_encoded(host));
}

std::string server_name(const Target& target) {
  const std::string& host = target.check.virtual_host;
  if (host.empty() || host.front() == '[' || IpAddress::parse(host)) return {};
  const std::string name = host.substr(0, host.find(':'));
  return IpAddress::parse(name) ? std::string{} : name;
}

}  // namespace evenkeel::health
