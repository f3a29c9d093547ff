#include "desired/layer7.h"

#include "desired/compute.h"
#include "desired/layer7_addresses.h"

namespace evenkeel::desired {
namespace {

Layer7Server compute_server(const model::RealServerKey& key, const RealServer& common, const Inputs& inputs) {
  const auto said = inputs.operator_said.find(key);
  const auto state = said == inputs.operator_said.end() ? model::OperatorState::kOnline : said->second;
  const auto health = inputs.health.find(key);
  const bool is_up = health != inputs.health.end() && health->second == Health::kUp;
  Layer7Server server;
  server.ends_connections = state == model::OperatorState::kHalt;
  if (common.takes_new) {
    server.admission = Admission::kAll;
  } else if (is_up && state != model::OperatorState::kHalt) {
    server.admission = Admission::kKnown;
  }
  return server;
}

// Who takes clients is decided as at layer 4, by the same code.
Layer7Service compute_service(const model::Layer7Service& service, const Inputs& inputs) {
  const auto common = compute_virtual_service(model::common_part(service), inputs);
  Layer7Service result{.configuration = service, .real_servers = {}, .fallback_active = common.fallback_active};
  for (size_t i = 0; i < service.real_servers.size(); ++i) {
    result.real_servers.push_back(
        compute_server({service.label, service.real_servers[i].label}, common.real_servers[i], inputs));
  }
  return result;
}

}  // namespace

Layer7 compute_layer7(const Inputs& inputs) {
  Layer7 layer7{.services = {}, .settings = inputs.configuration.layer7};
  for (const auto& service : inputs.configuration.layer7_services) {
    layer7.services.push_back(compute_service(service, inputs));
  }
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
  }
}

}  // namespace evenkeel::desired
