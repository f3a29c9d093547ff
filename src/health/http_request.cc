#include "health/http_request.h"

#include <fmt/format.h>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <string_view>

#include "base/base64.h"

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

bool is_through_proxy(const model::HealthCheck& check) {
  return check.type != model::HealthCheckType::kPapercut && check.protocol == model::NegotiateProtocol::kHttpProxy;
}

// "http://www.example:8080/a" as "www.example:8080".
std::string host_of_url(const std::string& url) {
  const size_t begin = url.find("//") + 2;
  return url.substr(begin, url.find('/', begin) - begin);
}

std::string host_header(const Target& target) {
  if (is_through_proxy(target.check)) return host_of_url(target.check.request);
  return target.check.virtual_host.empty() ? default_host(target) : target.check.virtual_host;
}

// What the configuration adds: headers one a line, and the login.
std::string more_headers(const model::HealthCheck& check, const std::string& login_header) {
  std::string result;
  for (const char c : check.headers) result += c == '\n' ? "\r\n" : std::string(1, c);
  if (!result.empty()) result += "\r\n";
  if (!check.login.empty()) {
    result += fmt::format("{}: Basic {}\r\n", login_header, to_base64(check.login + ":" + check.password));
  }
  return result;
}

std::string request_line(const Target& target, std::string_view method) {
  return fmt::format("{} {} HTTP/1.1\r\n", method, request_target(target));
}

std::string common_headers(const Target& target) {
  return fmt::format(
      "Host: {}\r\n"
      "User-Agent: Evenkeel\r\n"
      "Accept: */*\r\n"
      "{}Connection: close\r\n",
      percent_encoded(host_header(target)),
      more_headers(target.check, is_through_proxy(target.check) ? "Proxy-Authorization" : "Authorization"));
}

}  // namespace

std::string request_target(const Target& target) {
  const std::string& request = target.check.request;
  const bool needs_slash = !request.starts_with('/') && !is_through_proxy(target.check);
  return (needs_slash ? "/" : "") + percent_encoded(request);
}

std::string render_request(const Target& target) {
  const char* method = target.check.method == model::HttpMethod::kHead ? "HEAD" : "GET";
  return request_line(target, method) + common_headers(target) + "\r\n";
}

std::string render_post(const Target& target, const std::string& content_type, const std::string& body) {
  return fmt::format("{}{}Content-Type: {}\r\nContent-Length: {}\r\n\r\n{}", request_line(target, "POST"),
                     common_headers(target), content_type, body.size(), body);
}

std::optional<Target> redirected(const Target& target, const std::string& location) {
  using model::NegotiateProtocol;
  Target next = target;
  if (location.starts_with('/') && !location.starts_with("//")) {
    next.check.request = location.substr(0, location.find('#'));
    return next;
  }
  const auto url = boost::urls::parse_uri(location);
  if (!url || (url->scheme() != "http" && url->scheme() != "https")) return std::nullopt;
  const std::string host(url->host());
  const std::string own_name = target.check.virtual_host;
  const auto address = IpAddress::parse(std::string(url->host_address()));
  if (host != own_name && !(address && *address == target.address)) return std::nullopt;
  next.check.protocol = url->scheme() == "https" ? NegotiateProtocol::kHttps : NegotiateProtocol::kHttp;
  const uint16_t usual = url->scheme() == "https" ? 443 : 80;
  next.port = url->port_number() == 0 ? usual : url->port_number();
  next.check.request = std::string(url->encoded_target());
  return next;
}

std::string server_name(const Target& target) {
  const std::string& host = target.check.virtual_host;
  if (host.empty() || host.front() == '[' || IpAddress::parse(host)) return {};
  const std::string name = host.substr(0, host.find(':'));
  return IpAddress::parse(name) ? std::string{} : name;
}

}  // namespace evenkeel::health
