#include "engines/l7_haproxy/server_line.h"

#include <fmt/format.h>

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
  }
  return "";
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
  line += send_proxy(service.send_proxy);
  if (service.source_address) line += fmt::format(" source {}", place(*service.source_address, 0));
  return line;
}

uint16_t effective_weight(const model::Layer7Server& server, desired::Admission admission) {
  return admission == desired::Admission::kKnown ? 0 : server.weight;
}

}  // namespace evenkeel::engines::l7_haproxy
