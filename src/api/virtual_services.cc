#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "api/service_edit.h"
#include "model/json.h"

namespace evenkeel::api {
namespace json = boost::json;

Answer get_virtual_services(Call& call) {
  const Control& control = call.context.control;
  json::object head{{"revision", control.revision()}};
  const std::vector<model::VirtualService> services = control.configuration().virtual_services;
  const auto to_json = [](const model::VirtualService& service) {
    return model::to_json(service, model::Secrets::kMasked);
  };
  co_return co_await reply_with_list(std::move(head), "virtual_services", services, to_json);
}

Answer get_virtual_service(Call& call) {
  const model::Configuration& configuration = call.context.control.configuration();
  const auto index = find_service(configuration, call.capture("label"));
  if (!index) co_return refuse(index.error());
  co_return reply(model::to_json(configuration.virtual_services[*index], model::Secrets::kMasked));
}

Answer post_virtual_service(Call& call) {
  const auto body = parse_body(call.request);
  if (!body) co_return refuse(body.error());
  co_return co_await change(call, [&body](const model::Configuration& current) {
    return with_service(current, current.virtual_services.size(), *body);
  });
}

Answer patch_virtual_service(Call& call) {
  const auto body = parse_body(call.request);
  if (!body) co_return refuse(body.error());
  co_return co_await change(call, [&](const model::Configuration& current) -> Changed<model::Configuration> {
    const auto index = find_service(current, call.capture("label"));
    if (!index) return refused(index.error());
    return with_service(current, *index, patched(current.virtual_services[*index], *body));
  });
}

Answer delete_virtual_service(Call& call) {
  co_return co_await change(call, [&](const model::Configuration& current) -> Changed<model::Configuration> {
    const auto index = find_service(current, call.capture("label"));
    if (!index) return refused(index.error());
    model::Configuration next = current;
    next.virtual_services.erase(next.virtual_services.begin() + static_cast<ptrdiff_t>(*index));
    return next;
  });
}

Answer duplicate_virtual_service(Call& call) {
  const auto body = parse_body(call.request);
  if (!body) co_return refuse(body.error());
  co_return co_await change(call, [&](const model::Configuration& current) -> Changed<model::Configuration> {
    const auto index = find_service(current, call.capture("label"));
    if (!index) return refused(index.error());
    return with_service(current, current.virtual_services.size(), patched(current.virtual_services[*index], *body));
  });
}

}  // namespace evenkeel::api
