#pragma once
// Desired states in few words.

#include <string>
#include <vector>

#include "desired/state.h"

namespace evenkeel::engines::l4_xdp {

inline IpAddress ip(const std::string& text) {
  return *IpAddress::parse(text);
}

inline desired::RealServer real_server(const std::string& label, const std::string& address, uint16_t weight = 100) {
  desired::RealServer server;
  server.label = label;
  server.address = ip(address);
  server.weight = weight;
  return server;
}

inline desired::VirtualService service(const std::string& label, const std::string& address, const std::string& ports,
                                       std::vector<desired::RealServer> real_servers) {
  desired::VirtualService virtual_service;
  virtual_service.label = label;
  virtual_service.address = ip(address);
  virtual_service.ports = ports == "*" ? model::PortSet::any() : *model::PortSet::parse(ports);
  virtual_service.real_servers = std::move(real_servers);
  return virtual_service;
}

inline desired::Layer4 layer4(std::vector<desired::VirtualService> services) {
  return {std::move(services)};
}

// Two print servers on 10.0.0.1:9163,9164 and two application servers on 10.0.0.2:9191-9193.
inline desired::Layer4 print_farm() {
  return layer4(
      {service("print", "10.0.0.1", "9163,9164", {real_server("PS1", "10.0.0.21"), real_server("PS2", "10.0.0.22")}),
       service("application", "10.0.0.2", "9191-9193",
               {real_server("AS1", "10.0.0.11"), real_server("AS2", "10.0.0.12", 0)})});
}

}  // namespace evenkeel::engines::l4_xdp
