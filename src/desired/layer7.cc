#include "desired/layer7.h"

#include <algorithm>
#include <set>

#include "desired/compute.h"
#include "desired/fallback_pages.h"
#include "desired/layer7_addresses.h"
#include "model/layer7_fallback.h"

namespace evenkeel::desired {
namespace {

constexpr uint16_t kHttp = 80;

Layer7Server compute_server(const model::Layer7Service& service, const RealServer& common, const Inputs& inputs) {
  const model::RealServerKey key{service.label, common.label};
  const auto said = inputs.operator_said.find(key);
  const auto state = said == inputs.operator_said.end() ? model::OperatorState::kOnline : said->second;
  const auto health = inputs.health.find(key);
  const bool is_up = health != inputs.health.end() && health->second == Health::kUp;
  Layer7Server server;
  server.ends_connections = state == model::OperatorState::kHalt;
  if (common.takes_new) {
    server.admission = Admission::kAll;
  } else if (is_up && state != model::OperatorState::kHalt && !service.forget_on_drain) {
    server.admission = Admission::kKnown;
  }
  // So HAProxy drains, too.
  server.weight = server.admission == Admission::kKnown ? 0 : common.weight;
  return server;
}

// Who takes clients is decided as at layer 4, by the same code.
Layer7Service compute_service(const model::Layer7Service& service, const Inputs& inputs) {
  const auto common = compute_virtual_service(model::common_part(service), inputs);
  Layer7Service result{.configuration = service,
                       .real_servers = {},
                       .fallback_active = common.fallback_active,
                       .also_at = {},
                       .page = page_endpoint(service)};
  for (size_t i = 0; i < service.real_servers.size(); ++i) {
    result.real_servers.push_back(compute_server(service, common.real_servers[i], inputs));
  }
  return result;
}

void add_certificates(const model::Layer7Service& service, const Inputs& inputs, Certificates& result) {
  if (inputs.certificates == nullptr) return;
  const auto add = [&](const std::string& label) {
    const auto found = inputs.certificates->find(label);
    if (found != inputs.certificates->end()) result.insert(*found);
  };
  std::ranges::for_each(service.tls.certificates, add);
  add(service.tls.client_authority);
  add(service.server_tls.authority);
}

bool listens(const auto& services, const Endpoint& endpoint) {
  return std::ranges::any_of(services, [&](const auto& service) {
    return service.address == endpoint.address && service.ports.contains(endpoint.port);
  });
}

// A port of the web that a virtual service has is that one's.
HttpChallenge compute_challenge(const Inputs& inputs) {
  HttpChallenge challenge;
  if (inputs.certificates == nullptr) return challenge;
  for (const auto& [label, certificate] : *inputs.certificates) {
    if (!certificate.thumbprint.empty()) challenge.thumbprint = certificate.thumbprint;
  }
  const auto is_issued_so = [&](const std::string& label) {
    const auto found = inputs.certificates->find(label);
    return found != inputs.certificates->end() && !found->second.thumbprint.empty();
  };
  std::set<IpAddress> addresses;
  for (const auto& service : inputs.configuration.layer7_services) {
    const Endpoint web{service.address, kHttp};
    if (std::ranges::none_of(service.tls.certificates, is_issued_so)) continue;
    if (listens(inputs.configuration.layer7_services, web) || listens(inputs.configuration.virtual_services, web))
      continue;
    addresses.insert(service.address);
  }
  challenge.addresses.assign(addresses.begin(), addresses.end());
  return challenge;
}

std::vector<AlsoAt> also_at(const model::Layer7Service& service, const model::Configuration& configuration) {
  std::vector<AlsoAt> places;
  for (const auto& client : configuration.virtual_services) {
    if (client.protocol == model::Protocol::kUdp) continue;
    if (model::layer7_fallback(client, configuration.layer7_services) != &service) continue;
    places.push_back({client.label, client.address, client.ports});
  }
  return places;
}

// Their answers go to clients' addresses, and are meant for the proxy all the same.
void add_proxied(const model::Layer7Service& service, Network& network) {
  for (const auto& server : service.real_servers) {
    if (server.port != 0) {
      network.proxied.push_back({server.address, server.port, server.port});
      continue;
    }
    for (const auto& range : service.ports.ranges()) {
      network.proxied.push_back({server.address, range.first, range.last});
    }
  }
}

}  // namespace

Layer7 compute_layer7(const Inputs& inputs) {
  Layer7 layer7{.services = {}, .settings = inputs.configuration.layer7};
  for (const auto& service : inputs.configuration.layer7_services) {
    auto computed = compute_service(service, inputs);
    computed.also_at = also_at(service, inputs.configuration);
    layer7.services.push_back(std::move(computed));
    add_certificates(service, inputs, layer7.certificates);
  }
  layer7.challenge = compute_challenge(inputs);
  return layer7;
}

void add_layer7_addresses(const Layer7& layer7, Network& network) {
  for (const auto& service : layer7.services) {
    const auto& wanted = service.configuration;
    network.virtual_addresses.push_back({wanted.address, wanted.interface});
    // A source address belongs to the real servers' side, which need not be the interface of the virtual address.
    if (wanted.source_address && *wanted.source_address != wanted.address) {
      network.virtual_addresses.push_back({*wanted.source_address, ""});
    }
    if (wanted.transparent_proxy) add_proxied(wanted, network);
  }
}

}  // namespace evenkeel::desired
