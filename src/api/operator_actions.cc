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

struct Said {
  std::string reason;
  std::optional<std::chrono::seconds> within;
};

Changed<Said> refuse_field(std::string_view field, std::string message, std::string hint) {
  return std::unexpected(refuse_body(fmt::format("$.{}", field), std::move(message), std::move(hint)).error());
}

// {"reason": "...", "within": 600}, {} or nothing at all. Only a drain can end.
Changed<Said> parse_said(const Request& request, model::OperatorState state) {
  constexpr int64_t kLongest = int64_t{7} * 86400;
  if (request.body.empty()) return Said{};
  const auto body = parse_body(request);
  if (!body) return std::unexpected(body.error());
  const json::object* const object = body->if_object();
  if (object == nullptr) {
    return std::unexpected(
        refuse_body("$", "the body must be an object", "such as {\"reason\": \"maintenance\"}").error());
  }
  const bool may_end = state == model::OperatorState::kDrain;
  Said said;
  for (const auto& [key, value] : *object) {
    const std::string_view field = key;
    if (field == "reason") {
      if (!value.is_string()) return refuse_field(field, "reason must be a text", "");
      auto sentence = parse_sentence("reason", value.get_string());
      if (!sentence) return refuse_field(field, sentence.error().message, "");
      said.reason = std::move(*sentence);
    } else if (field == "within" && may_end) {
      const int64_t* const seconds = value.if_int64();
      if (seconds == nullptr || *seconds < 1 || *seconds > kLongest) {
        return refuse_field(field, fmt::format("within must be a whole number from 1 to {}", kLongest), "in seconds");
      }
      said.within = std::chrono::seconds(*seconds);
    } else {
      return refuse_field(field, fmt::format("unknown field \"{}\"", field),
                          may_end ? "only reason and within" : "only reason");
    }
  }
  return said;
}

Answer act(Call& call, model::OperatorState state) {
  auto said = parse_said(call.request, state);
  if (!said) co_return refuse(said.error());
  const WallTime now = call.context.clock.wall_now();
  const model::OperatorAction action{
      .key = {call.capture("label"), call.capture("real_server")},
      .state = state,
      .author = call.request.peer.name,
      .reason = std::move(said->reason),
      .at = now,
      .deadline = said->within.transform([now](std::chrono::seconds within) { return now + within; })};
  std::vector<model::OperatorAction> actions{action};
  const auto done = co_await call.context.control.act(std::move(actions));
  if (!done) co_return refuse(done.error());
  co_return reply(json::object{{"virtual_service", action.key.virtual_service},
                               {"real_server", action.key.real_server},
                               {"operator_action", observed::to_json(action)}});
}

}  // namespace

Answer fail_back(Call& call) {
  const std::string& label = call.capture("label");
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
