#include "daemon/path_watch.h"

#include <algorithm>
#include <utility>

#include "model/check_kind.h"

namespace evenkeel::daemon {
namespace {

bool is_checked(const model::VirtualService& service) {
  using model::ForwardingMethod;
  const bool keeps_address = service.forwarding_method == ForwardingMethod::kDirectRouting ||
                             service.forwarding_method == ForwardingMethod::kTunnel;
  const auto& check = service.health_check;
  return keeps_address && !model::is_constant(check) && check.path_check;
}

// A port that clients use: the checked one where it is one of them. 0: every port is, and none was named.
uint16_t port_of(const model::VirtualService& service) {
  const uint16_t checked = service.health_check.check_port.value_or(0);
  if (checked != 0 && service.ports.contains(checked)) return checked;
  return service.ports.is_any() ? uint16_t{0} : service.ports.first();
}

// Where the real server's own check says that it answers. Of a check without a port it is not known: then where the
// clients go.
uint16_t own_port_of(const model::VirtualService& service, const model::RealServer& server) {
  const auto& check = service.health_check;
  const bool has_port = check.type != model::HealthCheckType::kPing && check.type != model::HealthCheckType::kFollow;
  if (!has_port) return port_of(service);
  return check.check_port.value_or(server.port == 0 ? service.ports.first() : server.port);
}

health::PathTarget target_of(const model::VirtualService& service, const model::RealServer& server) {
  const auto& check = service.health_check;
  const uint16_t port = port_of(service);
  const bool is_udp = service.protocol == model::Protocol::kUdp;
  return {.key = {service.label, server.label},
          .virtual_endpoint = {service.address, port},
          .address = server.address,
          .own_port = is_udp ? port : own_port_of(service, server),
          .is_udp = is_udp,
          .is_tunnel = service.forwarding_method == model::ForwardingMethod::kTunnel,
          .interval = check.interval,
          .timeout = check.timeout,
          .failure_count = check.failure_count};
}

bool is_virtual(const model::Configuration& configuration, const IpAddress& address) {
  return std::ranges::any_of(configuration.virtual_services,
                             [&](const auto& service) { return service.address == address; });
}

}  // namespace

std::vector<health::PathTarget> path_targets(const model::Configuration& configuration) {
  std::vector<health::PathTarget> targets;
  for (const auto& service : configuration.virtual_services) {
    if (!is_checked(service) || port_of(service) == 0) continue;
    for (const auto& server : service.real_servers) targets.push_back(target_of(service, server));
  }
  return targets;
}

desired::Health with_path(desired::Health server, const health::PathStatus* path) {
  if (path == nullptr || server != desired::Health::kUp) return server;
  if (path->is_pending) return desired::Health::kUnknown;
  return path->verdict == health::Verdict::kDown ? desired::Health::kDown : desired::Health::kUp;
}

PathWatch::PathWatch(boost::asio::io_context& io, const Clock& clock, const model::Configuration& configuration,
                     const NextHops& next_hops, health::PathMonitor::OnChange on_change)
    : configuration_(configuration),
      next_hops_(next_hops),
      monitor_(io, clock,
               {.way_to = [this](const IpAddress& server) { return way_to(server); },
                .other_owner_of = [this](const MacAddress& mac,
                                         const IpAddress& except) { return other_owner_of(mac, except); },
                .open_wire =
                    [&io](uint16_t block, health::PathWire::OnPacket on_packet) {
                      return health::open_packet_wire(io, block, std::move(on_packet));
                    }},
               std::move(on_change)) {}

Result<health::PathWay> PathWatch::way_to(const IpAddress& real_server) const {
  using State = engines::NextHop::State;
  const auto found = next_hops_.find(real_server);
  if (found == next_hops_.end() || found->second.state != State::kReachable || found->second.mac.is_zero()) {
    return fail(ErrorCode::kUnavailable, "the MAC address of its next hop is not known", real_server.to_string());
  }
  const engines::NextHop& hop = found->second;
  if (hop.source.is_unspecified()) {
    return fail(ErrorCode::kNotFound, "the load balancer has no address of its own to ask from", hop.interface);
  }
  if (is_virtual(configuration_, hop.source)) {
    return fail(ErrorCode::kUnsupported,
                "the load balancer's only address there is the virtual one, which no answer would come back to: give "
                "it one of its own",
                hop.interface);
  }
  return health::PathWay{hop.interface, hop.mac, hop.source, hop.gateway.is_unspecified()};
}

std::string PathWatch::other_owner_of(const MacAddress& mac, const IpAddress& except) const {
  const auto owner = std::ranges::find_if(next_hops_, [&](const auto& known) {
    return known.first != except && known.second.mac == mac && known.second.gateway.is_unspecified();
  });
  if (owner == next_hops_.end()) return {};
  for (const auto& service : configuration_.virtual_services) {
    for (const auto& server : service.real_servers) {
      if (server.address == owner->first) return server.label;
    }
  }
  return owner->first.to_string();
}

}  // namespace evenkeel::daemon
