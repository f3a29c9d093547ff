#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "api/service_edit.h"

namespace evenkeel::api {
namespace {

struct Place {
  size_t service = 0, server = 0;
};

template <class Service>
Result<Place> find_place(const Call& call, const model::Configuration& configuration) {
  const auto service = find_service<Service>(configuration, call.capture("label"));
  if (!service) return fail(service.error());
  const auto server = find_server(ServiceList<Service>::of(configuration)[*service], call.capture("real_server"));
  if (!server) return fail(server.error());
  return Place{*service, *server};
}

}  // namespace

template <class Service>
Answer post_real_server(Call& call) {
  const auto body = parse_body(call.request);
  if (!body) co_return refuse(body.error());
  co_return co_await change(call, [&](const model::Configuration& current) -> Changed<model::Configuration> {
    const auto service = find_service<Service>(current, call.capture("label"));
    if (!service) return refused(service.error());
    return with_server<Service>(current, *service, ServiceList<Service>::of(current)[*service].real_servers.size(),
                                *body);
  });
}

template <class Service>
Answer patch_real_server(Call& call) {
  const auto body = parse_body(call.request);
  if (!body) co_return refuse(body.error());
  co_return co_await change(call, [&](const model::Configuration& current) -> Changed<model::Configuration> {
    const auto place = find_place<Service>(call, current);
    if (!place) return refused(place.error());
    const auto& server = ServiceList<Service>::of(current)[place->service].real_servers[place->server];
    return with_server<Service>(current, place->service, place->server, patched(server, *body));
  });
}

template <class Service>
Answer delete_real_server(Call& call) {
  co_return co_await change(call, [&](const model::Configuration& current) -> Changed<model::Configuration> {
    const auto place = find_place<Service>(call, current);
    if (!place) return refused(place.error());
    model::Configuration next = current;
    auto& servers = ServiceList<Service>::of(next)[place->service].real_servers;
    servers.erase(servers.begin() + static_cast<ptrdiff_t>(place->server));
    return next;
  });
}

#define EVENKEEL_SERVICE(Service)                    \
  template Answer post_real_server<Service>(Call&);  \
  template Answer patch_real_server<Service>(Call&); \
  template Answer delete_real_server<Service>(Call&);
EVENKEEL_SERVICE(model::VirtualService)
EVENKEEL_SERVICE(model::Layer7Service)
#undef EVENKEEL_SERVICE

}  // namespace evenkeel::api
