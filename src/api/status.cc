#include "api/handlers.h"
#include "api/reply.h"
#include "observed/json.h"

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
          {"real_servers", std::move(servers)}};
}

}  // namespace

Answer get_status(Call& call) {
  const observed::Snapshot snapshot = call.context.control.snapshot();
  co_return co_await reply_with_list(
      observed::header_to_json(snapshot), "virtual_services", snapshot.virtual_services,
      [](const observed::VirtualService& service) { return observed::to_json(service); });
}

Answer get_counters(Call& call) {
  const observed::Snapshot snapshot = call.context.control.snapshot();
  const json::object all = observed::header_to_json(snapshot);
  json::object head;
  for (const char* member : {"at", "connection_table", "reasons"}) head[member] = all.at(member);
  co_return co_await reply_with_list(head, "virtual_services", snapshot.virtual_services, counters_of);
}

}  // namespace evenkeel::api
