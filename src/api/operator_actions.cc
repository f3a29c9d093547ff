#include <fmt/format.h>

#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "observed/json.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

Changed<std::string> refuse_body(std::string path, std::string message, std::string hint) {
  return refused(Error{ErrorCode::kInvalidArgument, message, {}, 0}, {{std::move(path), message, std::move(hint)}});
}

// {"reason": "..."}, {} or nothing at all.
Changed<std::string> parse_reason(const Request& request) {
  if (request.body.empty()) return std::string();
  const auto body = parse_body(request);
  if (!body) return std::unexpected(body.error());
  const json::object* const object = body->if_object();
  if (object == nullptr) return refuse_body("$", "the body must be an object", "such as {\"reason\": \"maintenance\"}");
  std::string reason;
  for (const auto& [key, value] : *object) {
    const std::string path = fmt::format("$.{}", std::string_view(key));
    if (key != "reason")
      return refuse_body(path, fmt::format("unknown field \"{}\"", std::string_view(key)), "only reason");
    if (!value.is_string()) return refuse_body(path, "reason must be a text", "");
    auto sentence = parse_sentence("reason", value.get_string());
    if (!sentence) return refuse_body(path, sentence.error().message, "");
    reason = std::move(*sentence);
  }
  return reason;
}

Answer act(Call& call, model::OperatorState state) {
  auto reason = parse_reason(call.request);
  if (!reason) co_return refuse(reason.error());
  const model::OperatorAction action{{call.capture("label"), call.capture("real_server")},
                                     state,
                                     call.request.peer.name,
                                     std::move(*reason),
                                     call.context.clock.wall_now()};
  std::vector<model::OperatorAction> actions{action};
  const auto done = co_await call.context.control.act(std::move(actions));
  if (!done) co_return refuse(done.error());
  co_return reply(json::object{{"virtual_service", action.key.virtual_service},
                               {"real_server", action.key.real_server},
                               {"operator_action", observed::to_json(action)}});
}

}  // namespace

Answer fail_back(Call& call) {
  const std::string label = call.capture("label");
  const auto tier = call.context.control.fail_back(label, call.request.peer.name);
  if (!tier) co_return refuse(tier.error());
  co_return reply(json::object{{"virtual_service", label}, {"active_tier", *tier}});
}

Answer bring_online(Call& call) {
  return act(call, model::OperatorState::kOnline);
}

Answer drain(Call& call) {
  return act(call, model::OperatorState::kDrain);
}

Answer halt(Call& call) {
  return act(call, model::OperatorState::kHalt);
}

}  // namespace evenkeel::api
