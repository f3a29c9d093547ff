#include "observed/health.h"

#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "api/service_edit.h"
#include "api/service_list.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

// The configuration in which the virtual service's check has these fields: what such a change would bring.
template <class Service>
Changed<model::Configuration> with_check(const model::Configuration& current, const std::string& label,
                                         const json::value& fields) {
  if (!fields.is_object()) return refused(ErrorCode::kInvalidArgument, "the body must be an object: fields of a check");
  const auto service = find_service<Service>(current, label);
  if (!service) return refused(service.error());
  const json::value patch = json::object{{"health_check", fields}};
  auto next = with_service<Service>(current, *service, patched(ServiceList<Service>::of(current)[*service], patch));
  if (!next) return next;
  auto problems = config::validate(*next);
  if (problems.empty()) return next;
  return refused(Error{ErrorCode::kInvalidArgument, "the health check is not valid; nothing was tested", {}, 0},
                 std::move(problems));
}

}  // namespace

Answer get_real_server_health(Call& call) {
  const auto health = call.context.control.health({call.capture("label"), call.capture("real_server")});
  if (!health) co_return refuse(health.error());
  co_return reply(observed::to_json(*health));
}

Answer test_real_server(Call& call) {
  const model::Configuration current = call.context.control.configuration();
  Changed<model::Configuration> wanted = current;
  if (!call.request.body.empty()) {
    const auto body = parse_body(call.request);
    if (!body) co_return refuse(body.error());
    const std::string label = call.capture("label");
    wanted = find_service<model::Layer7Service>(current, label)
                 ? with_check<model::Layer7Service>(current, label, *body)
                 : with_check<model::VirtualService>(current, label, *body);
  }
  if (!wanted) co_return refuse(wanted.error());
  const auto result = co_await call.context.control.test(*wanted, {call.capture("label"), call.capture("real_server")});
  if (!result) co_return refuse(result.error());
  co_return reply(observed::to_json(*result));
}

}  // namespace evenkeel::api
