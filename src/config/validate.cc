#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "config/plan.h"
#include "config/validate_alerts.h"
#include "config/validate_checks.h"
#include "config/validate_fallback.h"
#include "config/validate_follow.h"
#include "config/validate_layer7.h"
#include "config/validate_tls.h"
#include "model/layer7_fallback.h"
#include "model/names.h"

namespace evenkeel::config {
namespace {

using model::ForwardingMethod;
using model::Problem;
using model::Protocol;
using model::RealServer;
using model::SynFlood;
using model::VirtualService;

// "a loopback address", or empty for an address that a service or server can have.
std::string_view unusable_as(const IpAddress& address) {
  if (address.is_unspecified()) return "the unspecified address";
  if (address.is_loopback()) return "a loopback address";
  if (address.is_multicast()) return "a multicast or broadcast address";
  if (address.is_link_local()) return "a link-local address";
  return {};
}

bool has_protocol(const VirtualService& service, Protocol protocol) {
  return service.protocol == Protocol::kTcpUdp || service.protocol == protocol;
}

bool share_protocol(const VirtualService& a, const VirtualService& b) {
  return a.protocol == b.protocol || a.protocol == Protocol::kTcpUdp || b.protocol == Protocol::kTcpUdp;
}

const char* family_name(const IpAddress& address) {
  return address.is_ipv4() ? "IPv4" : "IPv6";
}

int long_ranges(const model::PortSet& ports) {
  int count = 0;
  for (const auto& range : ports.ranges()) count += range.last - range.first >= kShortRange ? 1 : 0;
  return count;
}

// How many single ports the layer-4 engine stores for one protocol.
int64_t short_range_ports(const model::PortSet& ports) {
  int64_t count = 0;
  for (const auto& range : ports.ranges()) {
    const int length = range.last - range.first + 1;
    if (length <= kShortRange) count += length;
  }
  return count;
}

class Validator {
 public:
  explicit Validator(const model::Configuration& configuration)
      : layer7_services_(configuration.layer7_services),
        layer4_count_(configuration.virtual_services.size()),
        both_layers_(common_parts(configuration)),
        services_(both_layers_.empty() ? configuration.virtual_services : both_layers_) {}

  std::vector<Problem> validate() {
    collect();
    for (index_ = 0; index_ < services_.size(); ++index_) {
      const VirtualService& service = services_[index_];
      check_label(service);
      check_address(service);
      check_interface(service);
      check_source_addresses(service);
      check_one_packet(service);
      check_syn_flood(service);
      check_overlap(service);
      check_health_checks(service);
      check_fallback(service);
      check_real_servers(service);
    }
    check_long_ranges();
    check_totals();
    return std::move(problems_);
  }

 private:
  void collect() {
    for (size_t i = 0; i < services_.size(); ++i) {
      first_of_label_.emplace(services_[i].label, i);
      by_address_[services_[i].address].push_back(&services_[i]);
      for (const auto& source : services_[i].source_addresses) by_source_.emplace(source, &services_[i]);
    }
  }

  bool is_layer7(size_t index) const { return index >= layer4_count_; }
  std::string service_path(size_t index) const {
    return is_layer7(index) ? fmt::format("$.layer7_services[{}]", index - layer4_count_)
                            : fmt::format("$.virtual_services[{}]", index);
  }
  std::string path(std::string_view field) const { return fmt::format("{}.{}", service_path(index_), field); }
  std::string path(size_t server, std::string_view field) const {
    return fmt::format("{}.real_servers[{}].{}", service_path(index_), server, field);
  }
  void refuse(std::string path, std::string message, std::string hint) {
    problems_.push_back({std::move(path), std::move(message), std::move(hint)});
  }

  void check_label(const VirtualService& service) {
    const size_t first = first_of_label_.at(service.label);
    if (first == index_) return;
    refuse(path("label"), fmt::format("the label \"{}\" is taken: {} has it", service.label, service_path(first)),
           fmt::format("give this virtual service another label, such as {}-2", service.label));
  }

  void check_address(const VirtualService& service) {
    const auto reason = unusable_as(service.address);
    if (reason.empty()) return;
    refuse(path("address"),
           fmt::format("{} is {}: no client reaches a virtual service there", service.address.to_string(), reason),
           "use a free address of a network that the load balancer has an interface in");
  }

  void check_interface(const VirtualService& service) {
    const VirtualService& first = *by_address_.at(service.address).front();
    if (first.interface == service.interface) return;
    const auto named = [](const std::string& name) {
      return name.empty() ? "no interface named" : "interface " + name;
    };
    refuse(path("interface"),
           fmt::format("{} has {} here and {} in virtual service {}: one address is on one interface",
                       service.address.to_string(), named(service.interface), named(first.interface), first.label),
           fmt::format("write \"{}\" here, or use another address", first.interface));
  }

  void check_source_addresses(const VirtualService& service) {
    const auto& sources = service.source_addresses;
    if (!sources.empty() && service.forwarding_method != ForwardingMethod::kSnat) {
      return refuse(
          path("source_addresses"),
          fmt::format("with {} real servers see the client's own address", model::to_string(service.forwarding_method)),
          "leave them out, or make the forwarding_method snat");
    }
    std::set<IpAddress> seen;
    for (size_t i = 0; i < sources.size(); ++i) {
      const auto [message, hint] = objection_to_source(service, sources[i], seen);
      if (!message.empty()) refuse(path(fmt::format("source_addresses[{}]", i)), message, hint);
      seen.insert(sources[i]);
    }
  }

  // What real servers send there must be an answer, and nothing that a client may ask for.
  std::pair<std::string, std::string> objection_to_source(const VirtualService& service, const IpAddress& source,
                                                          const std::set<IpAddress>& seen) const {
    const std::string text = source.to_string();
    const auto reason = unusable_as(source);
    if (!reason.empty()) {
      return {fmt::format("{} is {}: no real server can answer to it", text, reason),
              "use a free address of a network that the load balancer has an interface in"};
    }
    if (seen.contains(source)) return {fmt::format("{} is in the list twice", text), "name each address once"};
    if (source.family() != service.address.family()) {
      return {fmt::format("{} is {} but the virtual address {} is {}", text, family_name(source),
                          service.address.to_string(), family_name(service.address)),
              fmt::format("give an {} address", family_name(service.address))};
    }
    const auto taken = by_address_.find(source);
    if (taken == by_address_.end() || source == service.address) return {};
    return {fmt::format("{} is the virtual address of {}", text, taken->second.front()->label),
            "use a free address: answers of real servers and requests of clients must not meet there"};
  }

  void check_one_packet(const VirtualService& service) {
    if (!service.one_packet) return;
    if (service.protocol != Protocol::kUdp) {
      refuse(path("one_packet"),
             fmt::format("{} has connections: only the datagrams of udp can be scheduled one by one",
                         model::to_string(service.protocol)),
             "make the protocol udp, or leave one_packet out");
    }
    if (service.persistence.enabled) {
      refuse(path("persistence.enabled"),
             "with one_packet every datagram is scheduled anew, and with persistence none would be",
             "switch persistence off, or leave one_packet out");
    }
  }

  void check_syn_flood(const VirtualService& service) {
    const bool is_translated =
        service.forwarding_method == ForwardingMethod::kNat || service.forwarding_method == ForwardingMethod::kSnat;
    if (service.syn_flood != SynFlood::kCookies || is_translated) return;
    refuse(path("syn_flood"),
           fmt::format("with {} the real servers' answers do not pass by the load balancer, which could not make their "
                       "sequence numbers those that the cookie has promised",
                       model::to_string(service.forwarding_method)),
           "choose twice, refuse or make_room, or make the forwarding method nat or snat");
  }

  void check_overlap(const VirtualService& service) {
    for (const VirtualService* other : by_address_.at(service.address)) {
      if (other == &service) return;  // each pair once, at the later one
      if (!share_protocol(service, *other) || !service.ports.overlaps(other->ports)) continue;
      refuse(path("ports"),
             fmt::format("virtual service {} already has {} of these ports at {}: \"{}\"", other->label,
                         service.protocol == other->protocol ? model::to_string(service.protocol) : "tcp or udp",
                         service.address.to_string(), other->ports.to_string()),
             "use other ports, another protocol or another address");
    }
  }

  void check_health_checks(const VirtualService& service) {
    std::ranges::move(validate_checks(service, service_path(index_)), std::back_inserter(problems_));
  }

  void check_fallback(const VirtualService& service) {
    if (!is_layer7(index_)) {
      std::ranges::move(validate_fallback(service, service_path(index_), layer7_services_),
                        std::back_inserter(problems_));
    }
    const auto& address = service.fallback.address;
    if (!address) return;
    const auto* const fallback_field = is_layer7(index_) ? "fallback_address" : "fallback.address";
    const auto reason = unusable_as(*address);
    if (!reason.empty()) {
      refuse(path(fallback_field), fmt::format("{} is {}", address->to_string(), reason),
             "for a listener on the load balancer itself make the mode local");
    } else if (!is_layer7(index_) && model::layer7_fallback(service, layer7_services_) != nullptr) {
      return;  // HAProxy answers in place of this one too
    } else if (by_address_.contains(*address) || by_source_.contains(*address)) {
      refuse(path(fallback_field),
             fmt::format("{} is an address that the load balancer itself holds", address->to_string()),
             "give the address of another server, or make the mode local");
    }
  }

  void check_real_servers(const VirtualService& service) {
    std::map<std::string_view, size_t> labels;
    std::map<std::pair<IpAddress, uint16_t>, size_t> addresses;
    for (size_t i = 0; i < service.real_servers.size(); ++i) {
      const RealServer& server = service.real_servers[i];
      const auto [label, is_new_label] = labels.emplace(server.label, i);
      if (!is_new_label) {
        refuse(path(i, "label"),
               fmt::format("the label \"{}\" is taken: real_servers[{}] has it", server.label, label->second),
               "give each real server of a virtual service its own label");
      }
      const auto [address, is_new_address] = addresses.emplace(std::pair(server.address, server.port), i);
      if (!is_new_address) {
        refuse(path(i, "address"),
               fmt::format("{} is already real server {}", server.address.to_string(),
                           service.real_servers[address->second].label),
               "to give it more connections, raise that real server's weight");
      }
      check_server_address(service, server, i);
      check_server_port(service, server, i);
      check_limits(server, i);
    }
  }

  void check_server_address(const VirtualService& service, const RealServer& server, size_t i) {
    const std::string address = server.address.to_string();
    const auto reason = unusable_as(server.address);
    if (!reason.empty()) {
      return refuse(path(i, "address"), fmt::format("{} is {}: no real server can be reached there", address, reason),
                    "use the real server's own address in a network that the load balancer has an interface in");
    }
    const auto taken = by_address_.find(server.address);
    if (taken != by_address_.end()) {
      return refuse(path(i, "address"),
                    fmt::format("{} is the virtual address of {}, which the load balancer itself holds", address,
                                taken->second.front()->label),
                    "use the real server's own address (RIP), not the virtual one (VIP)");
    }
    if (const auto source = by_source_.find(server.address); source != by_source_.end()) {
      return refuse(path(i, "address"),
                    fmt::format("{} is a source address of {}, which the load balancer itself holds", address,
                                source->second->label),
                    "use the real server's own address (RIP)");
    }
    if (server.address.family() != service.address.family() && !is_layer7(index_)) {
      refuse(
          path(i, "address"),
          fmt::format("{} is {} but the virtual address {} is {}: {}", address, family_name(server.address),
                      service.address.to_string(), family_name(service.address),
                      service.forwarding_method == ForwardingMethod::kDirectRouting
                          ? "direct routing changes only the destination MAC address, so the packet stays what it was"
                          : "layer 4 does not translate between the two"),
          fmt::format("give the real server's {} address, or make a second virtual service for {}",
                      family_name(service.address), family_name(server.address)));
    }
  }

  void check_server_port(const VirtualService& service, const RealServer& server, size_t i) {
    if (server.port == 0 || is_layer7(index_)) return;
    const auto method = service.forwarding_method;
    if (method != ForwardingMethod::kNat && method != ForwardingMethod::kSnat) {
      return refuse(path(i, "port"),
                    fmt::format("with {} the packet reaches the real server unchanged, so its port cannot differ",
                                model::to_string(method)),
                    "leave the port out, or make the forwarding_method nat or snat");
    }
    const auto& ranges = service.ports.ranges();
    if (ranges.size() == 1 && ranges[0].first == ranges[0].last) return;
    refuse(path(i, "port"),
           fmt::format("the ports \"{}\" are several, and one port cannot stand for all of them",
                       service.ports.to_string()),
           "leave the port out, or make one virtual service of each port");
  }

  void check_limits(const RealServer& server, size_t i) {
    const bool both_set = server.minimum_connections != 0 && server.maximum_connections != 0;
    if (!both_set || server.minimum_connections <= server.maximum_connections) return;
    refuse(
        path(i, "minimum_connections"),
        fmt::format("the minimum {} is above the maximum {}", server.minimum_connections, server.maximum_connections),
        "the minimum is where a full server takes new connections again: set it below the maximum");
  }

  // Per address and protocol the engine keeps a short list of long ranges; all others are single entries.
  void check_long_ranges() {
    std::map<std::pair<IpAddress, Protocol>, int> counts;
    for (index_ = 0; index_ < services_.size(); ++index_) {
      const VirtualService& service = services_[index_];
      const int added = long_ranges(service.ports);
      for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
        if (added == 0 || !has_protocol(service, protocol)) continue;
        int& count = counts[{service.address, protocol}];
        const bool was_within = count <= kMostLongRanges;
        count += added;
        if (!was_within || count <= kMostLongRanges) continue;
        refuse(path("ports"),
               fmt::format("{} has more than {} {} ranges of more than {} ports", service.address.to_string(),
                           kMostLongRanges, model::to_string(protocol), kShortRange),
               "join ranges, use \"*\", or spread the virtual services over several addresses");
        break;
      }
    }
  }

  void check_totals() {
    size_t servers = 0;
    int64_t entries = 0;
    for (const VirtualService& service : services_) {
      servers += service.real_servers.size();
      entries += short_range_ports(service.ports) * (service.protocol == Protocol::kTcpUdp ? 2 : 1);
    }
    const auto refuse_total = [&](int64_t count, int64_t most, std::string_view what) {
      if (count <= most) return;
      refuse("$.virtual_services", fmt::format("{} {} are more than the {} that fit", count, what, most),
             "spread them over several load balancers");
    };
    refuse_total(static_cast<int64_t>(services_.size()), kMostVirtualServices, "virtual services");
    refuse_total(static_cast<int64_t>(servers), kMostRealServers, "real servers");
    refuse_total(entries, kMostPorts, "ports of all virtual services together");
  }

  const std::vector<model::Layer7Service>& layer7_services_;
  size_t layer4_count_;
  std::vector<VirtualService> both_layers_;  // empty where there is only layer 4
  const std::vector<VirtualService>& services_;
  std::map<IpAddress, std::vector<const VirtualService*>> by_address_;
  std::map<IpAddress, const VirtualService*> by_source_;  // the first that has it
  std::map<std::string, size_t, std::less<>> first_of_label_;
  size_t index_ = 0;  // of the virtual service at hand
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<model::Problem> validate(const model::Configuration& configuration) {
  auto problems = Validator(configuration).validate();
  std::ranges::move(validate_alerts(configuration), std::back_inserter(problems));
  std::ranges::move(validate_layer7(configuration), std::back_inserter(problems));
  std::ranges::move(validate_tls(configuration), std::back_inserter(problems));
  std::ranges::move(validate_follow(configuration), std::back_inserter(problems));
  return problems;
}

}  // namespace evenkeel::config
