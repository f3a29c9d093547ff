#include "config/validate_layer7.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "config/validate_layer7_options.h"
#include "config/validate_layer7_rules.h"

namespace evenkeel::config {
namespace {

using model::Layer7Mode;
using model::Layer7Service;
using model::Problem;

constexpr int kMostPortsOfService = 1024;
constexpr std::array kRedirectCodes{301, 302, 303, 307, 308};

bool serves(const Layer7Service& service, uint16_t port) {
  return std::ranges::any_of(service.ports.ranges(),
                             [&](const auto& range) { return range.first <= port && port <= range.last; });
}

class Layer7Validator {
 public:
  std::vector<Problem> validate(const std::vector<Layer7Service>& services) {
    for (size_t i = 0; i < services.size(); ++i) {
      path_ = fmt::format("$.layer7_services[{}]", i);
      check_ports(services[i]);
      check_redirection(services[i]);
      check_source_address(services[i]);
      check_fallback(services[i]);
      std::ranges::move(validate_layer7_options(services[i], path_), std::back_inserter(problems_));
      std::ranges::move(validate_layer7_rules(services[i], path_), std::back_inserter(problems_));
    }
    return std::move(problems_);
  }

 private:
  void refuse(std::string_view field, std::string message, std::string hint) {
    problems_.push_back({fmt::format("{}.{}", path_, field), std::move(message), std::move(hint)});
  }

  void check_ports(const Layer7Service& service) {
    if (service.ports.is_any()) {
      return refuse("ports", "the proxy listens on each port by itself, so it cannot listen on all of them",
                    "name the ports, or use a layer-4 virtual service with forwarding_method snat");
    }
    int count = 0;
    for (const auto& range : service.ports.ranges()) count += range.last - range.first + 1;
    if (count <= kMostPortsOfService) return;
    refuse("ports",
           fmt::format("these are {} ports where {} are the limit: the proxy listens on each by itself", count,
                       kMostPortsOfService),
           "use a layer-4 virtual service with forwarding_method snat");
  }

  void check_redirection(const Layer7Service& service) {
    if (std::ranges::find(kRedirectCodes, service.redirect_code) == kRedirectCodes.end()) {
      refuse("redirect_code", fmt::format("{} is no redirection to another place", service.redirect_code),
             "write 301, 302, 303, 307 or 308");
    }
    if (!service.force_https) return;
    if (service.mode != Layer7Mode::kHttp) {
      refuse("force_https", "in tcp mode there are no requests that could be answered with a redirection",
             "make the mode http");
    }
    if (serves(service, service.https_port)) {
      refuse("https_port",
             fmt::format("{} is a port of this virtual service itself: browsers would go round in circles",
                         service.https_port),
             "give the port of the service that speaks HTTPS, or take this port out of ports");
    }
  }

  void check_source_address(const Layer7Service& service) {
    if (!service.source_address) return;
    const IpAddress& source = *service.source_address;
    if (source.is_unspecified() || source.is_loopback() || source.is_multicast() || source.is_link_local()) {
      return refuse("source_address", fmt::format("no real server can answer to {}", source.to_string()),
                    "use a free address of a network that the load balancer has an interface in");
    }
    for (size_t i = 0; i < service.real_servers.size(); ++i) {
      const auto& server = service.real_servers[i];
      if (server.address == source) {
        refuse("source_address", fmt::format("{} is real server {}", source.to_string(), server.label),
               "use an address that only the load balancer has");
      } else if (server.address.family() != source.family()) {
        refuse(fmt::format("real_servers[{}].address", i),
               fmt::format("{} and the source address {} are not both IPv4 or both IPv6", server.address.to_string(),
                           source.to_string()),
               "leave the source_address out, or make a virtual service for each family");
      }
    }
  }

  void check_fallback(const Layer7Service& service) {
    if (service.fallback_port != 0 && !service.fallback_address) {
      refuse("fallback_port", "there is no fallback server that a port could be of", "give the fallback_address too");
    }
    const bool has_page = service.mode == Layer7Mode::kHttp && !service.fallback_address;
    if (!service.fallback_page.empty() && !has_page) {
      refuse("fallback_page", "a fallback page is for http mode without a fallback server",
             "leave fallback_page out, or fallback_address");
    }
    if (!service.fallback_address && !has_page) return;
    for (size_t i = 0; i < service.real_servers.size(); ++i) {
      if (service.real_servers[i].label != model::kFallbackLabel) continue;
      refuse(fmt::format("real_servers[{}].label", i),
             fmt::format("with a fallback server, \"{}\" is its label", model::kFallbackLabel),
             "give the real server another label");
    }
  }

  std::string path_;  // of the virtual service at hand
  std::vector<Problem> problems_;
};

using Socket = std::pair<IpAddress, uint16_t>;

// Where layer-4 SNAT connects to, and for which virtual service. Port 0: the ports that its clients ask for.
std::map<Socket, std::string> snat_destinations(const model::Configuration& configuration) {
  std::map<Socket, std::string> destinations;
  for (const auto& service : configuration.virtual_services) {
    if (service.forwarding_method != model::ForwardingMethod::kSnat) continue;
    if (service.protocol == model::Protocol::kUdp) continue;
    for (const auto& server : service.real_servers) {
      if (server.port != 0) {
        destinations.emplace(Socket{server.address, server.port}, service.label);
        continue;
      }
      for (const auto& range : service.ports.ranges()) {
        for (int port = range.first; port <= range.last && range.last - range.first < kMostPortsOfService; ++port) {
          destinations.emplace(Socket{server.address, static_cast<uint16_t>(port)}, service.label);
        }
      }
    }
  }
  return destinations;
}

std::vector<uint16_t> ports_of(const Layer7Service& service, const model::Layer7Server& server) {
  if (server.port != 0) return {server.port};
  std::vector<uint16_t> ports;
  for (const auto& range : service.ports.ranges()) {
    for (int port = range.first; port <= range.last; ++port) ports.push_back(static_cast<uint16_t>(port));
  }
  return ports;
}

// The guide (chapter 12): layer-4 SNAT and layer 7 both choose a source port for what they send to one RIP:port, and
// neither knows of the other's.
void refuse_shared_destinations(const model::Configuration& configuration, std::vector<Problem>& problems) {
  const auto& services = configuration.layer7_services;
  if (services.empty()) return;
  const auto snat = snat_destinations(configuration);
  for (size_t i = 0; i < services.size(); ++i) {
    for (size_t j = 0; j < services[i].real_servers.size(); ++j) {
      const auto& server = services[i].real_servers[j];
      for (const uint16_t port : ports_of(services[i], server)) {
        const auto taken = snat.find({server.address, port});
        if (taken == snat.end()) continue;
        problems.push_back(
            {fmt::format("$.layer7_services[{}].real_servers[{}].address", i, j),
             fmt::format("{} port {} is also a real server of {}, at layer 4 with snat: both choose source "
                         "ports for it without knowing of the other's, so connections would collide",
                         server.address.to_string(), port, taken->second),
             "use one layer for this real server and port: layer 7 for both, or layer-4 snat for both"});
        break;
      }
    }
  }
}

}  // namespace

std::vector<model::VirtualService> common_parts(const model::Configuration& configuration) {
  if (configuration.layer7_services.empty()) return {};
  auto services = configuration.virtual_services;
  for (const auto& service : configuration.layer7_services) services.push_back(model::common_part(service));
  return services;
}

std::vector<Problem> validate_layer7(const model::Configuration& configuration) {
  auto problems = Layer7Validator().validate(configuration.layer7_services);
  refuse_shared_destinations(configuration, problems);
  return problems;
}

}  // namespace evenkeel::config
