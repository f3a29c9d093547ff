#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "api/service_edit.h"

namespace evenkeel::api {
namespace {

struct Place {
  size_t service = 0, server = 0;
};

Result<Place> find_place(const Call& call, const model::Configuration& configuration) {
  const auto service = find_service(configuration, call.capture("label"));
  if (!service) return fail(service.error());
  const auto server = find_server(configuration.virtual_services[*service], call.capture("real_server"));
  if (!server) return fail(server.error());
  return Place{*service, *server};
}

}  // namespace

Answer post_real_server(Call& call) {
  const auto body = parse_body(call.request);
  if (!body) co_return refuse(body.error());
  co_return co_await change(call, [&](const model::Configuration& current) -> Changed<model::Configuration> {
    const auto service = find_service(current, call.capture("label"));
    if (!service) return refused(service.error());
    return with_server(current, *service, current.virtual_services[*service].real_servers.size(), *body);
  });
}

Answer patch_real_server(Call& call) {
  const auto body = parse_body(call.request);
  if (!body) co_return refuse(body.error());
  co_return co_await change(call, [&](const model::Configuration& current) -> Changed<model::Configuration> {
    const auto place = find_place(call, current);
    if (!place) return refused(place.error());
    const model::RealServer& server = current.virtual_services[place->service].real_servers[place->server];
    return with_server(current, place->service, place->server, patched(server, *body));
  });
}

Answer delete_real_server(Call& call) {
  co_return co_await change(call, [&](const model::Configuration& current) -> Changed<model::Configuration> {
    const auto place = find_place(call, current);
    if (!place) return refused(place.error());
    model::Configuration next = current;
    auto& servers = next.virtual_services[place->service].real_servers;
    servers.erase(servers.begin() + static_cast<ptrdiff_t>(place->server));
    return next;
  });
}

}  // namespace evenkeel::api
