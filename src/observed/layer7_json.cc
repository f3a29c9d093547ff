// Layer 7 as the JSON of docs/api.md.

#include <algorithm>
#include <array>

#include "model/layer7_names.h"
#include "observed/json.h"

namespace evenkeel::observed {
namespace {

namespace json = boost::json;

json::object to_json(const ProxyTime& time) {
  return {{"average_ms", time.average.count()}, {"longest_ms", time.longest.count()}};
}

json::object to_json(const ProxyTimes& times) {
  return {{"queue", to_json(times.queue)},
          {"connect", to_json(times.connect)},
          {"response", to_json(times.response)},
          {"total", to_json(times.total)}};
}

json::object answers_to_json(const std::array<uint64_t, 6>& answers) {
  static constexpr std::array kNames{"1xx", "2xx", "3xx", "4xx", "5xx", "others"};
  json::object object;
  for (size_t i = 0; i < answers.size(); ++i) object[kNames.at(i)] = answers.at(i);
  return object;
}

json::object to_json(const Layer7Traffic& traffic) {
  return {{"connections", traffic.connections},
          {"queued", traffic.queued},
          {"total", traffic.total},
          {"rate", traffic.rate},
          {"request_rate", traffic.request_rate},
          {"bytes_in", traffic.bytes_in},
          {"bytes_out", traffic.bytes_out},
          {"connect_errors", traffic.connect_errors},
          {"server_errors", traffic.server_errors},
          {"most_connections", traffic.most_connections},
          {"most_queued", traffic.most_queued},
          {"most_rate", traffic.most_rate},
          {"answers", answers_to_json(traffic.answers)},
          {"times", to_json(traffic.times)}};
}

}  // namespace

// As at layer 4, with what the proxy counts in place of what the data plane does.
json::object to_json(const Layer7Service& service, Servers wanted) {
  json::object object = to_json(service.common, wanted);
  for (const char* member : {"protocol", "forwarding_method", "scheduler", "active_tier", "alarm", "counters"}) {
    object.erase(member);
  }
  object["mode"] = model::to_string(service.configuration.mode);
  object["scheduler"] = model::to_string(service.configuration.scheduler);
  object["persistence"] = model::to_string(service.configuration.persistence);
  const auto& certificates = service.configuration.tls.certificates;
  object["certificates"] = json::array(certificates.begin(), certificates.end());
  object["traffic"] = to_json(service.traffic);
  if (wanted == Servers::kCounted) return object;
  json::array& servers = object["real_servers"].as_array();
  for (size_t i = 0; i < servers.size() && i < service.real_servers.size(); ++i) {
    json::object& server = servers[i].as_object();
    for (const char* member : {"priority", "path_check", "next_hop", "alarm", "counters"}) server.erase(member);
    server["traffic"] = to_json(service.real_servers[i]);
  }
  return object;
}

json::object layer7_to_json(const Snapshot& snapshot, Servers servers) {
  json::array services;
  for (const Layer7Service& service : snapshot.layer7_services) services.emplace_back(to_json(service, servers));
  json::array workers;
  for (const ProxyWorker& worker : snapshot.proxy_workers) workers.emplace_back(to_json(worker));
  return {{"old_workers", std::ranges::count_if(snapshot.proxy_workers, &ProxyWorker::is_old)},
          {"workers", std::move(workers)},
          {"services", std::move(services)}};
}

json::object to_json(const ProxyWorker& worker) {
  return {
      {"pid", worker.pid}, {"age", worker.age.count()}, {"old", worker.is_old}, {"connections", worker.connections}};
}

json::object to_json(const ProxyLogEntry& entry) {
  const auto endpoint = [](const std::optional<Endpoint>& end) {
    return end ? json::value(json::string(end->to_string())) : json::value();
  };
  return {{"id", entry.id},
          {"at", to_iso8601(entry.at)},
          {"client", endpoint(entry.client)},
          {"virtual_service", entry.virtual_service},
          {"real_server", entry.real_server},
          {"status", entry.status ? json::value(*entry.status) : json::value()},
          {"bytes", entry.bytes},
          {"total_ms", entry.total.count()},
          {"ended", entry.ended},
          {"request", entry.request},
          {"line", entry.line}};
}

}  // namespace evenkeel::observed
