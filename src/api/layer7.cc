// What only layer 7 has to report.

#include "api/handlers.h"
#include "api/reply.h"
#include "observed/json.h"

namespace evenkeel::api {
namespace json = boost::json;

Answer get_proxy_workers(Call& call) {
  const observed::Snapshot snapshot = call.context.control.snapshot();
  json::array workers;
  for (const auto& worker : snapshot.proxy_workers) workers.emplace_back(observed::to_json(worker));
  const auto limit = call.context.control.configuration().layer7.old_worker_limit;
  co_return reply(json::object{
      {"at", to_iso8601(snapshot.at)}, {"old_worker_limit", limit.count()}, {"workers", std::move(workers)}});
}

}  // namespace evenkeel::api
