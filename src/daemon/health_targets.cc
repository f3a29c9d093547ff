#include "daemon/health_targets.h"

namespace evenkeel::daemon {
namespace {

health::Target target_of(const model::VirtualService& service, const model::RealServer& server) {
  const uint16_t served = server.port == 0 ? service.ports.first() : server.port;
  const uint16_t port = service.health_check.check_port.value_or(served);
  const uint16_t virtual_port = service.ports.is_any() ? port : service.ports.first();
  return {.key = {service.label, server.label},
          .address = server.address,
          .port = port,
          .check = service.health_check,
          .served = service.protocol,
          .virtual_endpoint = {service.address, virtual_port}};
}

}  // namespace

std::vector<health::Target> health_targets(const model::Configuration& configuration) {
  std::vector<health::Target> targets;
  for (const auto& service : configuration.virtual_services) {
    for (const auto& server : service.real_servers) targets.push_back(target_of(service, server));
  }
  return targets;
}

std::optional<health::Target> health_target(const model::Configuration& configuration,
                                            const model::RealServerKey& key) {
  for (const auto& service : configuration.virtual_services) {
    if (service.label != key.virtual_service) continue;
    for (const auto& server : service.real_servers) {
      if (server.label == key.real_server) return target_of(service, server);
    }
  }
  return std::nullopt;
}

}  // namespace evenkeel::daemon
