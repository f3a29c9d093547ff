// Layer 7 as the JSON of docs/api.md.

#include "model/layer7_names.h"
#include "observed/json.h"

namespace evenkeel::observed {
namespace {

namespace json = boost::json;

json::object to_json(const Layer7Traffic& traffic) {
  return {{"connections", traffic.connections},
          {"queued", traffic.queued},
          {"total", traffic.total},
          {"rate", traffic.rate},
          {"request_rate", traffic.request_rate},
          {"bytes_in", traffic.bytes_in},
          {"bytes_out", traffic.bytes_out},
          {"connect_errors", traffic.connect_errors},
          {"server_errors", traffic.server_errors}};
}

}  // namespace

// As at layer 4, with what the proxy counts in place of what the data plane does.
json::object to_json(const Layer7Service& service) {
  json::object object = to_json(service.common);
  for (const char* member : {"protocol", "forwarding_method", "scheduler", "active_tier", "alarm", "counters"}) {
    object.erase(member);
  }
  object["mode"] = model::to_string(service.configuration.mode);
  object["scheduler"] = model::to_string(service.configuration.scheduler);
  object["persistence"] = model::to_string(service.configuration.persistence);
  const auto& certificates = service.configuration.tls.certificates;
  object["certificates"] = json::array(certificates.begin(), certificates.end());
  object["traffic"] = to_json(service.traffic);
  json::array& servers = object["real_servers"].as_array();
  for (size_t i = 0; i < servers.size() && i < service.real_servers.size(); ++i) {
    json::object& server = servers[i].as_object();
    for (const char* member : {"priority", "path_check", "next_hop", "alarm", "counters"}) server.erase(member);
    server["traffic"] = to_json(service.real_servers[i]);
  }
  return object;
}

json::object layer7_to_json(const Snapshot& snapshot) {
  json::array services;
  for (const Layer7Service& service : snapshot.layer7_services) services.emplace_back(to_json(service));
  return {{"old_workers", snapshot.old_proxy_workers}, {"services", std::move(services)}};
}

}  // namespace evenkeel::observed
