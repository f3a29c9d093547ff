#include "daemon/health_targets.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "model/check_kind.h"

namespace evenkeel::daemon {
namespace {

model::Protocol protocol_of(const model::VirtualService& service) {
  return service.protocol;
}
model::Protocol protocol_of(const model::Layer7Service& /*service*/) {
  return model::Protocol::kTcp;
}

// Of those that have any: the check's own, else where clients are sent; then the further ones.
std::vector<uint16_t> ports_of(const model::HealthCheck& check, uint16_t served) {
  std::vector<uint16_t> ports{check.check_port.value_or(served)};
  if (!check.more_ports) return ports;
  for (const auto& range : check.more_ports->ranges()) {
    for (int port = range.first; port <= range.last; ++port) {
      if (port != ports.front()) ports.push_back(static_cast<uint16_t>(port));
    }
  }
  return ports;
}

class TargetList {
 public:
  explicit TargetList(const model::Configuration& configuration) : configuration_(configuration) {
    for (const auto& service : configuration.virtual_services) quorums_[service.label] = service.quorum;
  }

  std::vector<health::Target> make() {
    for (const auto& service : configuration_.virtual_services) {
      for (const auto& server : service.real_servers) {
        int number = 0;
        add(service, server, service.health_check, number, service.required_checks);
        for (const auto& check : service.more_checks) add(service, server, check, ++number, service.required_checks);
      }
    }
    for (const auto& service : configuration_.layer7_services) {
      for (const auto& server : service.real_servers) add(service, server, service.health_check, 0, 0);
    }
    return std::move(targets_);
  }

 private:
  template <class Service, class Server>
  void add(const Service& service, const Server& server, const model::HealthCheck& check, int number, int required) {
    const auto followed = quorums_.find(check.follow);
    for (const uint16_t port : ports_of(check, server.port == 0 ? service.ports.first() : server.port)) {
      const uint16_t virtual_port = service.ports.is_any() ? port : service.ports.first();
      targets_.push_back({.key = {service.label, server.label},
                          .address = server.address,
                          .port = port,
                          .check = check,
                          .served = protocol_of(service),
                          .virtual_endpoint = {service.address, virtual_port},
                          .number = number,
                          .required = required,
                          .quorum = followed == quorums_.end() ? 1 : followed->second});
    }
  }

  const model::Configuration& configuration_;
  std::map<std::string, int> quorums_;  // by label
  std::vector<health::Target> targets_;
};

}  // namespace

std::vector<health::Target> health_targets(const model::Configuration& configuration) {
  return TargetList(configuration).make();
}

std::optional<health::Target> health_target(const model::Configuration& configuration,
                                            const model::RealServerKey& key) {
  auto targets = health_targets(configuration);
  const auto found = std::ranges::find(targets, key, &health::Target::key);
  if (found == targets.end()) return std::nullopt;
  return std::move(*found);
}

}  // namespace evenkeel::daemon
