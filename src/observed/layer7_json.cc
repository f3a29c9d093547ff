// Layer 7 as the JSON of docs/api.md.

#include <algorithm>

#include "observed/json.h"

namespace evenkeel::observed {
namespace json = boost::json;

json::object layer7_header_to_json(const Snapshot& snapshot) {
  json::array workers;
  for (const ProxyWorker& worker : snapshot.proxy_workers) workers.emplace_back(to_json(worker));
  return {{"old_workers", std::ranges::count_if(snapshot.proxy_workers, &ProxyWorker::is_old)},
          {"workers", std::move(workers)}};
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
