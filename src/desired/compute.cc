#include "desired/compute.h"

#include <algorithm>
#include <utility>

#include "desired/find_or.h"
#include "desired/health_of.h"
#include "desired/layer7_addresses.h"
#include "desired/panic.h"
#include "desired/tiers.h"
#include "model/layer7_fallback.h"

namespace evenkeel::desired {
namespace {

// What an operator said outranks what a check found.
Established established_on(const model::VirtualService& service, model::OperatorState operator_said, Health health) {
  if (operator_said == model::OperatorState::kHalt) {
    return service.on_halt == model::OnHalt::kReset ? Established::kReset : Established::kDrop;
  }
  if (health != Health::kDown) return Established::kKeep;
  switch (service.on_failure) {
    case model::OnFailure::kKeep:
      return Established::kKeep;
    case model::OnFailure::kReset:
      return Established::kReset;
    case model::OnFailure::kDrop:
      return Established::kDrop;
  }
  return Established::kKeep;
}

model::SynFlood syn_flood_of(const model::VirtualService& service) {
  if (service.syn_flood != model::SynFlood::kAutomatic) return service.syn_flood;
  const bool translated = service.forwarding_method == model::ForwardingMethod::kNat ||
                          service.forwarding_method == model::ForwardingMethod::kSnat;
  return translated ? model::SynFlood::kCookies : model::SynFlood::kMakeRoom;
}

// 0 only where somebody says 0: a real server that takes connections takes some.
uint16_t effective_weight(const model::RealServer& server, int tenths, int percent) {
  constexpr int kAll = 10 * 100;
  if (server.weight == 0 || percent == 0) return 0;
  return static_cast<uint16_t>(std::max(1, server.weight * tenths * percent / kAll));
}

RealServer compute_real_server(const model::VirtualService& service, const model::RealServer& server,
                               const Inputs& inputs) {
  const model::RealServerKey key{service.label, server.label};
  const auto operator_said = find_or(inputs.operator_said, key, model::OperatorState::kOnline);
  const auto feedback = find_or(inputs.feedback, key, Feedback{});
  const auto health = health_of(inputs, key);
  const auto weight = effective_weight(server, find_or(inputs.weight_tenths, key, 10), feedback.percent);
  return RealServer{
      .label = server.label,
      .address = server.address,
      .port = server.port,
      .forwarding_method = service.forwarding_method,
      .weight = weight,
      .minimum_connections = server.minimum_connections,
      .maximum_connections = server.maximum_connections,
      .takes_new =
          operator_said == model::OperatorState::kOnline && health == Health::kUp && feedback.takes_new && weight > 0,
      .established = established_on(service, operator_said, health),
      .failed = health == Health::kDown,
  };
}

// Whether a real server of a tier before `priority` may turn out to be usable.
bool is_any_unchecked_before(int priority, const model::VirtualService& service, const Inputs& inputs) {
  return std::ranges::any_of(service.real_servers, [&](const model::RealServer& server) {
    const model::RealServerKey key{service.label, server.label};
    return server.priority < priority && server.weight > 0 &&
           find_or(inputs.operator_said, key, model::OperatorState::kOnline) == model::OperatorState::kOnline &&
           find_or(inputs.health, key, Health::kUnknown) == Health::kUnknown;
  });
}

// Of the real servers that are usable, those of other tiers stand by.
void apply_tiers(const model::VirtualService& service, const Inputs& inputs, VirtualService& result) {
  std::map<int, size_t> usable;
  for (size_t i = 0; i < service.real_servers.size(); ++i) {
    if (result.real_servers[i].takes_new) ++usable[service.real_servers[i].priority];
  }
  const int before = find_or(inputs.active_tier, service.label, 0);
  const Tiers tiers = choose_tiers(service, usable, before);
  for (size_t i = 0; i < service.real_servers.size(); ++i) {
    auto& server = result.real_servers[i];
    server.takes_new = server.takes_new && tiers.contains(service.real_servers[i].priority);
  }
  // At the start one tier is checked before the other: that must not decide for good.
  const bool is_certain = tiers.first == before || !is_any_unchecked_before(tiers.first, service, inputs);
  result.active_tier = is_certain ? tiers.first : 0;
}

// With fewer than the quorum it is better that the fallback answers than that they are overrun.
void apply_quorum(const model::VirtualService& service, VirtualService& result) {
  const auto usable = std::ranges::count_if(result.real_servers, &RealServer::takes_new);
  result.is_below_quorum = usable > 0 && std::cmp_less(usable, service.quorum);
  if (!result.is_below_quorum) return;
  for (RealServer& server : result.real_servers) server.takes_new = false;
}

std::vector<IpAddress> source_addresses_of(const model::VirtualService& service) {
  if (service.forwarding_method != model::ForwardingMethod::kSnat) return {};
  return service.source_addresses.empty() ? std::vector{service.address} : service.source_addresses;
}

void add_addresses(const model::VirtualService& service, Network& network) {
  network.virtual_addresses.push_back({service.address, service.interface});
  for (const auto& source : source_addresses_of(service)) {
    // A source address belongs to the real servers' side, which need not be the interface of the virtual address.
    if (source != service.address) network.virtual_addresses.push_back({source, ""});
  }
}

void add_next_hops(const VirtualService& service, Network& network) {
  for (const auto& server : service.real_servers) {
    network.next_hops.push_back(server.address);
    if (server.forwarding_method == model::ForwardingMethod::kDirectRouting) network.on_link.push_back(server.address);
    if (server.forwarding_method == model::ForwardingMethod::kNat) network.gateway_for.push_back(server.address);
  }
}

RealServer compute_fallback_server(const model::VirtualService& service) {
  RealServer server;
  server.label = model::kFallbackLabel;
  server.address = *service.fallback.address;
  server.port = service.fallback.port;
  server.forwarding_method = service.fallback.masq ? model::ForwardingMethod::kNat : service.forwarding_method;
  server.weight = 1;
  server.takes_new = false;
  return server;
}

// The real server that is the fallback as well, where one is.
RealServer* find_own_fallback(VirtualService& result, const RealServer& fallback) {
  const auto found = std::ranges::find_if(result.real_servers, [&](const RealServer& server) {
    return server.address == fallback.address && server.port == fallback.port;
  });
  return found == result.real_servers.end() ? nullptr : &*found;
}

// It takes what nobody else does, and keeps what it has when others are back. A real server does so in spite of its
// check, which may have failed only because it is busy, but not in spite of the operator.
void add_fallback_server(const model::VirtualService& service, const Inputs& inputs, VirtualService& result) {
  RealServer fallback = compute_fallback_server(service);
  fallback.takes_new = result.fallback_active;
  RealServer* const own = find_own_fallback(result, fallback);
  if (own == nullptr) {
    result.real_servers.push_back(std::move(fallback));
    return;
  }
  const auto said = find_or(inputs.operator_said, {service.label, own->label}, model::OperatorState::kOnline);
  if (!result.fallback_active || said != model::OperatorState::kOnline) return;
  own->weight = std::max(own->weight, fallback.weight);
  own->takes_new = true;
  own->established = Established::kKeep;
  own->failed = false;
}

template <class Value>
void sort_unique(std::vector<Value>& values) {
  std::ranges::sort(values);
  const auto rest = std::ranges::unique(values);
  values.erase(rest.begin(), rest.end());
}

// The page and the proxy listen on the load balancer itself: to the data plane both are local.
model::FallbackMode fallback_of(const model::VirtualService& service, const model::Configuration& configuration) {
  const auto mode = service.fallback.mode;
  const bool is_here =
      mode == model::FallbackMode::kPage || model::layer7_fallback(service, configuration.layer7_services) != nullptr;
  return is_here ? model::FallbackMode::kLocal : mode;
}

}  // namespace

VirtualService compute_virtual_service(const model::VirtualService& service, const Inputs& inputs) {
  VirtualService result{
      .label = service.label,
      .address = service.address,
      .ports = service.ports,
      .protocol = service.protocol,
      .forwarding_method = service.forwarding_method,
      .source_addresses = source_addresses_of(service),
      .scheduler = service.scheduler,
      .one_packet = service.one_packet,
      .persistence = service.persistence,
      .half_open_limit = static_cast<uint32_t>(service.half_open_limit),
      .syn_flood = syn_flood_of(service),
      .panic = false,
      .is_below_quorum = false,
      .fallback_active = false,
      .fallback = model::FallbackMode::kLocal,
      .active_tier = 0,
      .real_servers = {},
  };
  for (const auto& server : service.real_servers) {
    result.real_servers.push_back(compute_real_server(service, server, inputs));
  }
  result.panic = is_panic(service, inputs);
  if (result.panic) {
    apply_panic(service, inputs, result);
  } else {
    apply_tiers(service, inputs, result);
  }
  apply_quorum(service, result);
  result.fallback = fallback_of(service, inputs.configuration);
  // "Always off" means that nothing is ever activated: not the fallback either.
  if (service.health_check.type == model::HealthCheckType::kAlwaysOff) result.fallback = model::FallbackMode::kNone;
  result.fallback_active = result.fallback != model::FallbackMode::kNone &&
                           std::ranges::none_of(result.real_servers, &RealServer::takes_new);
  if (result.fallback == model::FallbackMode::kServer) add_fallback_server(service, inputs, result);
  return result;
}

State compute(const Inputs& inputs) {
  State state;
  for (const auto& service : inputs.configuration.virtual_services) {
    const auto& computed = state.layer4.virtual_services.emplace_back(compute_virtual_service(service, inputs));
    add_addresses(service, state.network);
    add_next_hops(computed, state.network);
  }
  state.layer7 = compute_layer7(inputs);
  state.fallback_pages = compute_fallback_pages(inputs.configuration);
  add_layer7_addresses(state.layer7, state.network);
  sort_unique(state.network.virtual_addresses);
  sort_unique(state.network.on_link);
  sort_unique(state.network.next_hops);
  sort_unique(state.network.gateway_for);
  sort_unique(state.network.proxied);
  if (inputs.configuration.auto_nat.enabled) {
    state.network.auto_nat = {state.network.next_hops, inputs.configuration.auto_nat.interfaces};
  }
  return state;
}

}  // namespace evenkeel::desired
