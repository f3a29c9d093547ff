// Tokens of programs, and the audit trail.

#include <fmt/format.h>

#include "api/accounts.h"
#include "api/body.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "model/json.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

constexpr int64_t kDay = 86'400;
constexpr int64_t kDefaultLife = 90 * kDay;
constexpr int64_t kLongestLife = 3650 * kDay;

json::object to_json(const access::Token& token) {
  return {{"id", token.id},
          {"label", token.label},
          {"role", to_string(token.role)},
          {"created_by", token.created_by},
          {"created_at", to_iso8601(token.created)},
          {"expires_at", time_or_null(token.expires)}};
}

access::Accounts::NewToken parse_token(Body& body, WallTime now) {
  access::Accounts::NewToken wanted{.label = body.text("label")};
  const auto label = parse_sentence("label", wanted.label);
  if (!label) body.refuse("label", label.error().message);
  if (label && label->empty()) body.refuse("label", "a token needs a label that says what it is for");
  const auto role = access::parse_role(body.text("role"));
  if (!role) body.refuse("role", "role must be viewer, operator or administrator");
  wanted.role = role.value_or(access::Role::kViewer);
  if (!body.is_null("expires_in")) {
    wanted.expires =
        now + std::chrono::seconds(body.optional_integer("expires_in", 1, kLongestLife).value_or(kDefaultLife));
  }
  return wanted;
}

}  // namespace

Answer get_tokens(Call& call) {
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  json::array tokens;
  for (const access::Token& token : (*accounts)->tokens()) tokens.emplace_back(to_json(token));
  co_return reply(json::object{{"tokens", std::move(tokens)}});
}

Answer post_token(Call& call) {
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  Body body(call.request);
  auto wanted = parse_token(body, call.context.clock.wall_now());
  if (auto refusal = body.refusal()) co_return *refusal;
  wanted.created_by = call.request.peer.name;
  const auto made = co_await (*accounts)->add_token(std::move(wanted));
  if (!made) co_return refuse(made.error());
  json::object shown = to_json(made->token);
  shown["token"] = made->text;
  Response response = reply(shown);
  response.note = fmt::format("{}, role {}", made->token.label, to_string(made->token.role));
  co_return response;
}

Answer delete_token(Call& call) {
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  const auto id = parse_integer("id", call.capture("id"), 1, INT64_MAX);
  if (!id) co_return refuse(id.error());
  const auto removed = co_await (*accounts)->remove_token(*id);
  if (!removed) co_return refuse(removed.error());
  Response response = reply(json::object{{"id", *id}, {"label", removed->label}, {"removed", true}});
  response.note = removed->label;
  co_return response;
}

Answer get_audit(Call& call) {
  constexpr int64_t kDefaultLimit = 100;
  constexpr int64_t kMostLimit = 1000;
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  const auto limit = call.query.integer("limit", 1, kMostLimit);
  if (!limit) co_return refuse(limit.error());
  const auto before = call.query.integer("before", 1, INT64_MAX);
  if (!before) co_return refuse(before.error());
  const auto entries = co_await (*accounts)->audit({.limit = static_cast<size_t>(limit->value_or(kDefaultLimit)),
                                                    .before = *before,
                                                    .user = call.query.text("user")});
  if (!entries) co_return refuse(entries.error());
  json::array list;
  for (const access::AuditEntry& entry : *entries) {
    list.push_back(json::object{{"id", entry.id},
                                {"at", to_iso8601(entry.at)},
                                {"user", entry.user},
                                {"address", entry.address},
                                {"what", model::mask_secrets(entry.what)}});
  }
  co_return reply(json::object{{"audit", std::move(list)}});
}

}  // namespace evenkeel::api
