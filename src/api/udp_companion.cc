#include "api/udp_companion.h"

#include <utility>

#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "api/service_edit.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

struct Wanted {
  std::string ports, label;
};

// {"ports": "53,9163", "label": "X_UDP"}, each of them if there is something to say.
Changed<Wanted> parse_wanted(const Request& request) {
  Wanted wanted;
  if (request.body.empty()) return wanted;
  const auto body = parse_body(request);
  if (!body) return std::unexpected(body.error());
  const auto refuse_it = [](std::string path, std::string message) {
    return refused(Error{ErrorCode::kInvalidArgument, message, {}, 0},
                   {{std::move(path), message, R"(give {"ports": "53,9163", "label": "NAME"}, or nothing)"}});
  };
  const json::object* const object = body->if_object();
  if (object == nullptr) return refuse_it("$", "the body must be an object");
  for (const auto& [key, value] : *object) {
    const std::string_view field = key;
    if (field != "ports" && field != "label") return refuse_it("$", "it has a field that is neither ports nor label");
    if (!value.is_string()) return refuse_it("$." + std::string(field), "it must be a text");
    (field == "ports" ? wanted.ports : wanted.label) = value.get_string();
  }
  return wanted;
}

}  // namespace

Changed<model::Configuration> with_udp_companion(const model::Configuration& current,
                                                 const model::Layer7Service& service, const std::string& ports,
                                                 std::string label) {
  json::array servers;
  for (const auto& server : service.real_servers) {
    servers.push_back(json::object{
        {"label", server.label}, {"address", server.address.to_string()}, {"weight", int64_t{server.weight}}});
  }
  json::object companion{{"label", label.empty() ? service.label + "_UDP" : std::move(label)},
                         {"address", service.address.to_string()},
                         {"ports", ports.empty() ? service.ports.to_string() : ports},
                         {"protocol", "udp"},
                         {"interface", service.interface},
                         {"forwarding_method", "snat"},
                         {"health_check", json::object{{"type", "follow"}, {"follow", service.label}}},
                         {"fallback", json::object{{"mode", "none"}}},
                         {"real_servers", std::move(servers)}};
  return with_service<model::VirtualService>(current, current.virtual_services.size(), std::move(companion));
}

Answer post_udp_companion(Call& call) {
  const auto wanted = parse_wanted(call.request);
  if (!wanted) co_return refuse(wanted.error());
  co_return co_await change(call, [&](const model::Configuration& current) -> Changed<model::Configuration> {
    const auto index = find_service<model::Layer7Service>(current, call.capture("label"));
    if (!index) return refused(index.error());
    return with_udp_companion(current, current.layer7_services[*index], wanted->ports, wanted->label);
  });
}

}  // namespace evenkeel::api
