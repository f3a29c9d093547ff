#include "engines/l7_haproxy/server_line.h"

#include <fmt/format.h>

#include "engines/l7_haproxy/paths.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

const char* send_proxy(model::SendProxy version) {
  switch (version) {
    case model::SendProxy::kOff:
      return "";
    case model::SendProxy::kV1:
      return " send-proxy";
    case model::SendProxy::kV2:
      return " send-proxy-v2";
    case model::SendProxy::kV2Ssl:
      return " send-proxy-v2-ssl";
    case model::SendProxy::kV2SslCn:
      return " send-proxy-v2-ssl-cn";
  }
  return "";
}

// HAProxy's own word for it, @system-ca, does not go together with ca-base in 2.6.
constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

std::string server_tls(const model::ServerTls& tls) {
  if (!tls.enabled) return "";
  std::string line = " ssl";
  if (!tls.server_name.empty()) line += fmt::format(" sni str({})", tls.server_name);
  if (!tls.verify) return line + " verify none";
  line += " verify required ca-file " + (tls.authority.empty() ? kSystemAuthorities : Paths::authority(tls.authority));
  return tls.server_name.empty() ? line : line + " verifyhost " + tls.server_name;
}

}  // namespace

std::string place(const IpAddress& address, uint16_t port) {
  if (port != 0) return Endpoint{address, port}.to_string();
  return address.is_ipv4() ? address.to_string() : fmt::format("[{}]", address.to_string());
}

std::string server_arguments(const model::Layer7Service& service, const model::Layer7Server& server, uint16_t weight) {
  std::string line = fmt::format("{} weight {}", place(server.address, server.port), weight);
  if (server.maximum_connections != 0) line += fmt::format(" maxconn {}", server.maximum_connections);
  if (server.minimum_connections != 0 && server.maximum_connections != 0) {
    line += fmt::format(" minconn {}", server.minimum_connections);
  }
  line += send_proxy(service.send_proxy) + server_tls(service.server_tls);
  if (service.source_address) line += fmt::format(" source {}", place(*service.source_address, 0));
  if (service.transparent_proxy) {
    line += fmt::format(" source {} usesrc clientip", server.address.is_ipv4() ? "0.0.0.0" : "[::]");
  }
  if (service.mode == model::Layer7Mode::kHttp && service.http.server_h2) line += " proto h2";
  if (server.backup) line += " backup";
  return line;
}

}  // namespace evenkeel::engines::l7_haproxy
