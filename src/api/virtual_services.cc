#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "api/service_edit.h"
#include "api/udp_companion.h"
#include "model/layer7_json.h"

namespace evenkeel::api {
namespace json = boost::json;

template <class Service>
Answer get_virtual_services(Call& call) {
  const Control& control = call.context.control;
  const int64_t revision = control.revision();
  json::object head{{"revision", revision}};
  const std::vector<Service> services = ServiceList<Service>::of(control.configuration());
  const auto to_json = [](const Service& service) { return model::to_json(service, model::Secrets::kMasked); };
  co_return with_etag(co_await reply_with_list(std::move(head), ServiceList<Service>::kName, services, to_json),
                      revision);
}

template <class Service>
Answer get_virtual_service(Call& call) {
  const model::Configuration& configuration = call.context.control.configuration();
  const auto index = find_service<Service>(configuration, call.capture("label"));
  if (!index) co_return refuse(index.error());
  co_return with_etag(reply(model::to_json(ServiceList<Service>::of(configuration)[*index], model::Secrets::kMasked)),
                      call.context.control.revision());
}

template <class Service>
Answer post_virtual_service(Call& call) {
  const auto body = parse_body(call.request);
  if (!body) co_return refuse(body.error());
  const std::string companion = call.query.text("udp_companion");
  co_return co_await change(call, [&](const model::Configuration& current) {
    auto next = with_service<Service>(current, ServiceList<Service>::of(current).size(), *body);
    if constexpr (std::is_same_v<Service, model::Layer7Service>) {
      if (next && !companion.empty()) return with_udp_companion(*next, next->layer7_services.back(), companion, "");
    }
    return next;
  });
}

template <class Service>
Answer patch_virtual_service(Call& call) {
  const auto body = parse_body(call.request);
  if (!body) co_return refuse(body.error());
  co_return co_await change(call, [&](const model::Configuration& current) {
    return with_patched_service<Service>(current, call.capture("label"), *body);
  });
}

template <class Service>
Answer delete_virtual_service(Call& call) {
  co_return co_await change(call, [&](const model::Configuration& current) -> Changed<model::Configuration> {
    const auto index = find_service<Service>(current, call.capture("label"));
    if (!index) return refused(index.error());
    model::Configuration next = current;
    auto& services = ServiceList<Service>::of(next);
    services.erase(services.begin() + static_cast<ptrdiff_t>(*index));
    return next;
  });
}

template <class Service>
Answer duplicate_virtual_service(Call& call) {
  const auto body = parse_body(call.request);
  if (!body) co_return refuse(body.error());
  co_return co_await change(call, [&](const model::Configuration& current) -> Changed<model::Configuration> {
    const auto index = find_service<Service>(current, call.capture("label"));
    if (!index) return refused(index.error());
    return with_service<Service>(current, ServiceList<Service>::of(current).size(),
                                 patched(ServiceList<Service>::of(current)[*index], *body));
  });
}

#define EVENKEEL_SERVICE(Service)                         \
  template Answer get_virtual_services<Service>(Call&);   \
  template Answer get_virtual_service<Service>(Call&);    \
  template Answer post_virtual_service<Service>(Call&);   \
  template Answer patch_virtual_service<Service>(Call&);  \
  template Answer delete_virtual_service<Service>(Call&); \
  template Answer duplicate_virtual_service<Service>(Call&);
EVENKEEL_SERVICE(model::VirtualService)
EVENKEEL_SERVICE(model::Layer7Service)
#undef EVENKEEL_SERVICE

}  // namespace evenkeel::api
