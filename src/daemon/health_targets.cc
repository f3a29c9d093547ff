#include "daemon/health_targets.h"

namespace evenkeel::daemon {
namespace {

model::Protocol protocol_of(const model::VirtualService& service) {
  return service.protocol;
}
model::Protocol protocol_of(const model::Layer7Service& /*service*/) {
  return model::Protocol::kTcp;
}

template <class Service, class Server>
health::Target target_of(const Service& service, const Server& server) {
  const uint16_t served = server.port == 0 ? service.ports.first() : server.port;
  const uint16_t port = service.health_check.check_port.value_or(served);
  const uint16_t virtual_port = service.ports.is_any() ? port : service.ports.first();
  return {.key = {service.label, server.label},
          .address = server.address,
          .port = port,
          .check = service.health_check,
          .served = protocol_of(service),
          .virtual_endpoint = {service.address, virtual_port}};
}

template <class Service>
void add_targets(const std::vector<Service>& services, std::vector<health::Target>& targets) {
  for (const auto& service : services) {
    for (const auto& server : service.real_servers) targets.push_back(target_of(service, server));
  }
}

}  // namespace

std::vector<health::Target> health_targets(const model::Configuration& configuration) {
  std::vector<health::Target> targets;
  add_targets(configuration.virtual_services, targets);
  add_targets(configuration.layer7_services, targets);
  return targets;
}

std::optional<health::Target> health_target(const model::Configuration& configuration,
                                            const model::RealServerKey& key) {
  for (auto& target : health_targets(configuration)) {
    if (target.key == key) return std::move(target);
  }
  return std::nullopt;
}

}  // namespace evenkeel::daemon
