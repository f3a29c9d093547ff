#include <algorithm>

#include "api/handlers.h"
#include "api/reply.h"
#include "model/layer7_names.h"
#include "model/names.h"
#include "observed/json.h"
#include "observed/status_text.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

json::object counters_of(const observed::VirtualService& service) {
  json::array servers;
  servers.reserve(service.real_servers.size());
  for (const observed::RealServer& server : service.real_servers) {
    servers.push_back(
        json::object{{"label", server.configuration.label}, {"counters", observed::to_json(server.counters)}});
  }
  return {{"label", service.configuration.label},
          {"counters", observed::to_json(service.counters)},
          {"reasons", observed::to_json(service.reasons)},
          {"real_servers", std::move(servers)}};
}

json::object traffic_of(const observed::VirtualService& service) {
  json::array servers;
  servers.reserve(service.real_servers.size());
  for (const observed::RealServer& server : service.real_servers) {
    servers.push_back(json::object{{"label", server.configuration.label},
                                   {"counters", observed::to_json(server.counters)},
                                   {"rates", observed::to_json(server.rates)}});
  }
  return {{"label", service.configuration.label},
          {"forwarding_method", model::to_string(service.configuration.forwarding_method)},
          {"counters", observed::to_json(service.counters)},
          {"rates", observed::to_json(service.rates)},
          {"real_servers", std::move(servers)}};
}

// The proxy knows of no packets.
void erase_packets(json::object& owner) {
  const auto erase = [](json::value& counted) {
    if (!counted.is_object()) return;
    for (const char* member : {"packets", "packets_out"}) counted.get_object().erase(member);
  };
  erase(owner["counters"]);
  for (auto& [window, rates] : owner["rates"].as_object()) erase(rates);
}

json::object traffic_of_layer7(const observed::Layer7Service& service) {
  json::object report = traffic_of(service.common);
  report.erase("forwarding_method");
  erase_packets(report);
  for (json::value& server : report["real_servers"].as_array()) erase_packets(server.as_object());
  report["mode"] = model::to_string(service.configuration.mode);
  return report;
}

// `servers`: all or none.
Result<observed::Servers> parse_servers(const Query& query) {
  const std::string* const word = query.find("servers");
  if (word == nullptr || *word == "all") return observed::Servers::kEach;
  if (*word == "none") return observed::Servers::kCounted;
  return fail(ErrorCode::kInvalidArgument, "servers must be all or none");
}

template <class Service>
const auto& shown_services(const observed::Snapshot& snapshot) {
  if constexpr (std::is_same_v<Service, model::VirtualService>) {
    return snapshot.virtual_services;
  } else {
    return snapshot.layer7_services;
  }
}

}  // namespace

Answer get_traffic(Call& call) {
  const observed::Snapshot snapshot = call.context.control.snapshot();
  json::array layer7;
  for (const auto& service : snapshot.layer7_services) layer7.emplace_back(traffic_of_layer7(service));
  const json::object head{{"at", to_iso8601(snapshot.at)}, {"layer7_services", std::move(layer7)}};
  co_return co_await reply_with_list(head, "virtual_services", snapshot.virtual_services, traffic_of);
}

Answer get_status(Call& call) {
  const auto servers = parse_servers(call.query);
  if (!servers) co_return refuse(servers.error());
  const observed::Snapshot snapshot = call.context.control.snapshot();
  const auto write = [&](std::string& body, const auto& service) { observed::write_status(body, service, *servers); };
  std::string layer7 = json::serialize(observed::layer7_header_to_json(snapshot));
  co_await add_list(layer7, "services", snapshot.layer7_services, write);
  Response response = reply(observed::header_to_json(snapshot));
  response.body.back() = ',';
  response.body += "\"layer7\":" + layer7 + "}";
  co_await add_list(response.body, "virtual_services", snapshot.virtual_services, write);
  co_return response;
}

template <class Service>
Answer get_status_of_service(Call& call) {
  const std::string& label = call.capture("label");
  const observed::Snapshot snapshot = call.context.control.snapshot();
  const auto& services = shown_services<Service>(snapshot);
  const auto found = std::ranges::find(services, label, [](const auto& one) { return one.configuration.label; });
  if (found == services.end()) {
    co_return refuse(Error{ErrorCode::kNotFound, "there is no such virtual service", "virtual_service/" + label, 0});
  }
  Response response;
  observed::write_status(response.body, *found, observed::Servers::kEach);
  co_return response;
}

template Answer get_status_of_service<model::VirtualService>(Call& call);
template Answer get_status_of_service<model::Layer7Service>(Call& call);

Answer get_counters(Call& call) {
  const observed::Snapshot snapshot = call.context.control.snapshot();
  const json::object all = observed::header_to_json(snapshot);
  json::object head;
  for (const char* member : {"at", "connection_table", "reasons"}) head[member] = all.at(member);
  co_return co_await reply_with_list(head, "virtual_services", snapshot.virtual_services, counters_of);
}

}  // namespace evenkeel::api
