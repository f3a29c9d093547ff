#include <algorithm>
#include <cctype>

#include "api/change.h"
#include "api/document.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "model/help.h"
#include "model/json.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

Result<model::Secrets> parse_secrets(const Call& call) {
  const std::string* const value = call.query.find("secrets");
  if (value == nullptr || *value == "masked") return model::Secrets::kMasked;
  if (*value != "plain") return fail(ErrorCode::kInvalidArgument, "secrets must be masked or plain");
  if (!call.request.peer.is_root()) return fail(ErrorCode::kPermission, "only root may see secrets");
  return model::Secrets::kPlain;
}

// With the stored secrets where `incoming` has their masks.
json::value with_secrets(const model::Configuration& current, json::value incoming) {
  restore_secrets(incoming, model::to_json(current, model::Secrets::kMasked),
                  model::to_json(current, model::Secrets::kPlain));
  return incoming;
}

Changed<model::Configuration> parse_whole(const json::value& document) {
  auto masks = find_masks(document, "$");
  if (!masks.empty()) {
    return refused(Error{ErrorCode::kInvalidArgument, "the configuration holds masked secrets", {}, 0},
                   std::move(masks));
  }
  auto parsed = model::parse_configuration(document);
  if (parsed) return std::move(*parsed);
  return refused(Error{ErrorCode::kInvalidArgument, "the configuration is not valid", {}, 0},
                 std::move(parsed.error()));
}

// "failure_count" is shown as "Failure count".
std::string label_of(std::string field) {
  std::ranges::replace(field, '_', ' ');
  field.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(field.front())));
  return field;
}

json::object to_json(const model::FieldHelp& field) {
  json::array choices;
  for (const model::Choice& choice : field.choices) {
    choices.push_back(json::object{{"name", choice.name}, {"help", choice.help}});
  }
  return {{"structure", field.structure},
          {"field", field.field},
          {"label", label_of(field.field)},
          {"help", field.help},
          {"type", field.type},
          {"default", field.default_value.empty() ? json::value() : json::parse(field.default_value)},
          {"range", field.range},
          {"unit", field.unit},
          {"required", field.required},
          {"secret", field.secret},
          {"since", field.since},
          {"choices", std::move(choices)}};
}

}  // namespace

Answer get_configuration(Call& call) {
  const auto secrets = parse_secrets(call);
  if (!secrets) co_return refuse(secrets.error());
  const Control& control = call.context.control;
  co_return with_etag(reply(json::object{{"revision", control.revision()},
                                         {"configuration", model::to_json(control.configuration(), *secrets)}}),
                      control.revision());
}

Answer put_configuration(Call& call) {
  const auto body = parse_body(call.request);
  if (!body) co_return refuse(body.error());
  co_return co_await change(
      call, [&body](const model::Configuration& current) { return parse_whole(with_secrets(current, *body)); });
}

Answer patch_configuration(Call& call) {
  const auto body = parse_body(call.request);
  if (!body) co_return refuse(body.error());
  co_return co_await change(call, [&body](const model::Configuration& current) {
    json::value document = model::to_json(current, model::Secrets::kPlain);
    merge_patch(document, with_secrets(current, *body));
    return parse_whole(document);
  });
}

Answer get_schema(Call& /*call*/) {
  co_return reply(model::json_schema());
}

Answer get_fields(Call& /*call*/) {
  json::array fields;
  for (const model::FieldHelp& field : model::field_help()) fields.emplace_back(to_json(field));
  co_return reply(json::object{{"fields", std::move(fields)}});
}

}  // namespace evenkeel::api
