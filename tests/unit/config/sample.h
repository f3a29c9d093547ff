#pragma once
// The PaperCut farm's configuration, for tests to change.

#include <string>

#include "model/configuration.h"

namespace evenkeel::config {

inline model::RealServer real_server(std::string label, const char* address) {
  model::RealServer server;
  server.label = std::move(label);
  server.address = *IpAddress::parse(address);
  return server;
}

inline model::VirtualService virtual_service(std::string label, const char* address, const char* ports) {
  model::VirtualService service;
  service.label = std::move(label);
  service.address = *IpAddress::parse(address);
  service.ports = *model::PortSet::parse(ports);
  return service;
}

// [0] Papercut_WUI with App_Svr1 and App_Svr2, [1] Print_Provider and [2] MobilityPrint with PS1 and PS2.
inline model::Configuration sample() {
  model::Configuration configuration;
  auto& services = configuration.virtual_services;
  services.push_back(virtual_service("Papercut_WUI", "10.77.0.101", "9191,9192,9193"));
  services.back().health_check.type = model::HealthCheckType::kNegotiate;
  services.back().health_check.request = "/api/health?Authorization=SECRETKEY";
  services.back().real_servers = {real_server("App_Svr1", "10.77.0.31"), real_server("App_Svr2", "10.77.0.32")};
  services.push_back(virtual_service("Print_Provider", "10.77.0.100", "445"));
  services.back().real_servers = {real_server("PS1", "10.77.0.21"), real_server("PS2", "10.77.0.22")};
  services.push_back(services.back());
  services.back().label = "MobilityPrint";
  services.back().ports = *model::PortSet::parse("53,9163,9164");
  services.back().protocol = model::Protocol::kTcpUdp;
  services.back().health_check.check_port = 9163;
  return configuration;
}

}  // namespace evenkeel::config
