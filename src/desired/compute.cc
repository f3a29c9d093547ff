#include "desired/compute.h"

#include <algorithm>

namespace evenkeel::desired {
namespace {

template <class Value>
Value find_or(const std::map<model::RealServerKey, Value>& values, const model::RealServerKey& key, Value otherwise) {
  const auto found = values.find(key);
  return found == values.end() ? otherwise : found->second;
}

RealServer compute_real_server(const model::VirtualService& service, const model::RealServer& server,
                               const Inputs& inputs) {
  const model::RealServerKey key{service.label, server.label};
  const auto operator_said = find_or(inputs.operator_said, key, model::OperatorState::kOnline);
  const auto health = find_or(inputs.health, key, Health::kUnknown);
  return RealServer{
      .label = server.label,
      .address = server.address,
      .weight = server.weight,
      .minimum_connections = server.minimum_connections,
      .maximum_connections = server.maximum_connections,
      .takes_new = operator_said == model::OperatorState::kOnline && health == Health::kUp && server.weight > 0,
      // A failed server keeps its connections: the check may be wrong about them, and nobody else has them.
      .keeps_established = operator_said != model::OperatorState::kHalt,
      .failed = health == Health::kDown,
  };
}

template <class Value>
void sort_unique(std::vector<Value>& values) {
  std::ranges::sort(values);
  const auto rest = std::ranges::unique(values);
  values.erase(rest.begin(), rest.end());
}

// What the network has to do for real servers besides a next hop.
void ask_of_network(model::ForwardingMethod method, const IpAddress& real_server, Network& network) {
  switch (method) {
    case model::ForwardingMethod::kDirectRouting:
      network.on_link.push_back(real_server);
      break;
  }
}

}  // namespace

VirtualService compute_virtual_service(const model::VirtualService& service, const Inputs& inputs) {
  VirtualService result{
      .label = service.label,
      .address = service.address,
      .ports = service.ports,
      .protocol = service.protocol,
      .forwarding_method = service.forwarding_method,
      .scheduler = service.scheduler,
      .persistence = service.persistence,
      .fallback_active = false,
      .fallback = service.fallback.mode,
      .real_servers = {},
  };
  for (const auto& server : service.real_servers) {
    result.real_servers.push_back(compute_real_server(service, server, inputs));
  }
  // "Always off" means that nothing is ever activated: not the fallback either.
  if (service.health_check.type == model::HealthCheckType::kAlwaysOff) result.fallback = model::FallbackMode::kNone;
  result.fallback_active = result.fallback != model::FallbackMode::kNone &&
                           std::ranges::none_of(result.real_servers, &RealServer::takes_new);
  return result;
}

State compute(const Inputs& inputs) {
  State state;
  for (const auto& service : inputs.configuration.virtual_services) {
    state.layer4.virtual_services.push_back(compute_virtual_service(service, inputs));
    state.network.virtual_addresses.push_back({service.address, service.interface});
    for (const auto& server : service.real_servers) {
      state.network.next_hops.push_back(server.address);
      ask_of_network(service.forwarding_method, server.address, state.network);
    }
  }
  sort_unique(state.network.virtual_addresses);
  sort_unique(state.network.on_link);
  sort_unique(state.network.next_hops);
  sort_unique(state.network.gateway_for);
  if (inputs.configuration.auto_nat.enabled) {
    state.network.auto_nat = {state.network.next_hops, inputs.configuration.auto_nat.interfaces};
  }
  return state;
}

}  // namespace evenkeel::desired
