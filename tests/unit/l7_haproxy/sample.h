#pragma once
// Layer-7 virtual services for the tests.

#include "engines/l7_haproxy/render.h"

namespace evenkeel::engines::l7_haproxy {

inline IpAddress ip(const char* text) {
  return IpAddress::parse(text).value();
}

inline model::Layer7Server server(const char* label, const char* address, uint16_t port = 0) {
  return {.label = label, .address = ip(address), .port = port};
}

// The guide's Print_Provider: tcp, one port, two real servers that take clients.
inline desired::Layer7Service print_provider() {
  desired::Layer7Service want;
  auto& service = want.configuration;
  service.label = "Print_Provider";
  service.address = ip("10.0.0.30");
  service.ports = model::PortSet::parse("445").value();
  service.mode = model::Layer7Mode::kTcp;
  service.real_servers = {server("PS1", "10.0.0.21"), server("PS2", "10.0.0.22")};
  want.real_servers = {{desired::Admission::kAll, false}, {desired::Admission::kAll, false}};
  return want;
}

inline desired::Layer7 layer7(desired::Layer7Service service) {
  return {{std::move(service)}};
}

inline RenderOptions options() {
  return {.paths = {.directory = "/run/evenkeel/haproxy"}};
}

}  // namespace evenkeel::engines::l7_haproxy
