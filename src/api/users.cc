#include <fmt/format.h>

#include <algorithm>

#include "access/totp.h"
#include "api/accounts.h"
#include "api/body.h"
#include "api/handlers.h"
#include "api/reply.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

constexpr size_t kLongestName = 64;

json::object to_json(const access::User& user) {
  return {{"name", user.name},
          {"role", to_string(user.role)},
          {"source", to_string(user.source)},
          {"totp", !user.totp_secret.empty()},
          {"created_at", to_iso8601(user.created)},
          {"last_sign_in", time_or_null(user.last_sign_in)}};
}

bool is_name(std::string_view name) {
  const auto is_letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const auto may_be_inside = [&](char c) { return is_letter_or_digit(c) || std::string_view("._-@").contains(c); };
  return !name.empty() && name.size() <= kLongestName && is_letter_or_digit(name.front()) &&
         std::ranges::all_of(name, may_be_inside);
}

access::Role parse_role(Body& body) {
  const auto role = access::parse_role(body.text("role"));
  if (!role) body.refuse("role", "role must be viewer, operator or administrator");
  return role.value_or(access::Role::kViewer);
}

access::Source parse_source(Body& body) {
  const auto source = access::parse_source(body.optional_text("source").value_or("local"));
  if (!source) body.refuse("source", "source must be local or pam");
  return source.value_or(access::Source::kLocal);
}

access::Accounts::NewUser parse_new_user(Body& body) {
  access::Accounts::NewUser wanted{.name = body.text("name"), .role = parse_role(body), .source = parse_source(body)};
  if (!is_name(wanted.name)) {
    body.refuse("name", "a name has 1 to 64 letters, digits, dots, hyphens, underscores and @",
                "and begins with a letter or digit");
  }
  if (wanted.source == access::Source::kLocal) {
    wanted.password = body.text("password");
  } else if (body.optional_text("password")) {
    body.refuse("password", "PAM knows the password of this user", "leave it out");
  }
  return wanted;
}

// Weak passwords are named as such at their place.
Response refuse_user(const Error& error) {
  if (error.code != ErrorCode::kInvalidArgument) return refuse(error);
  return refuse(error, {{"$.password", error.message, "such as four words that have nothing to do with each other"}});
}

}  // namespace

Answer get_users(Call& call) {
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  json::array users;
  for (const auto& [name, user] : (*accounts)->users()) users.emplace_back(to_json(user));
  co_return reply(json::object{{"users", std::move(users)}});
}

Answer get_user(Call& call) {
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  const std::string& name = call.capture("name");
  if (auto refusal = refuse_others(call, name)) co_return *refusal;
  const auto user = (*accounts)->find_user(name);
  if (!user) co_return refuse(user.error());
  co_return reply(to_json(**user));
}

Answer post_user(Call& call) {
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  Body body(call.request);
  auto wanted = parse_new_user(body);
  if (auto refusal = body.refusal()) co_return *refusal;
  const auto user = co_await (*accounts)->add_user(std::move(wanted));
  if (!user) co_return refuse_user(user.error());
  Response response = reply(to_json(*user));
  response.note = fmt::format("{}, {}, role {}", user->name, to_string(user->source), to_string(user->role));
  co_return response;
}

Answer patch_user(Call& call) {
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  Body body(call.request);
  const access::Role role = parse_role(body);
  if (auto refusal = body.refusal()) co_return *refusal;
  const auto user = co_await (*accounts)->change_role(call.capture("name"), role);
  if (!user) co_return refuse(user.error());
  Response response = reply(to_json(*user));
  response.note = fmt::format("role {}", to_string(role));
  co_return response;
}

Answer delete_user(Call& call) {
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  const auto done = co_await (*accounts)->remove_user(call.capture("name"));
  if (!done) co_return refuse(done.error());
  co_return reply(json::object{{"name", call.capture("name")}, {"removed", true}});
}

Answer post_password(Call& call) {
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  const std::string& name = call.capture("name");
  if (auto refusal = refuse_others(call, name)) co_return *refusal;
  Body body(call.request);
  std::string password = body.text("password");
  std::string old_password = is_oneself(call, name) ? body.text("old_password") : std::string();
  if (auto refusal = body.refusal()) co_return *refusal;
  if (is_oneself(call, name)) {
    const auto checked = co_await (*accounts)->check_password(name, std::move(old_password), call.request.peer.address);
    if (!checked) co_return refuse(checked.error());
  }
  const auto done = co_await (*accounts)->set_password(name, std::move(password), call.request.session_token);
  if (!done) co_return refuse_user(done.error());
  co_return reply(json::object{{"name", name}, {"password_changed", true}});
}

Answer post_totp(Call& call) {
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  const std::string& name = call.capture("name");
  if (auto refusal = refuse_others(call, name)) co_return *refusal;
  Body body(call.request);
  const auto code = body.optional_text("code");
  if (auto refusal = body.refusal()) co_return *refusal;
  if (!code) {
    const auto secret = (*accounts)->begin_totp(name);
    if (!secret) co_return refuse(secret.error());
    Response response = reply(json::object{{"secret", *secret}, {"url", access::totp_url(name, *secret)}});
    response.is_noted = true;
    co_return response;
  }
  const auto done = co_await (*accounts)->confirm_totp(name, *code);
  if (!done) co_return refuse(done.error());
  co_return reply(json::object{{"name", name}, {"totp", true}});
}

Answer delete_totp(Call& call) {
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  const std::string& name = call.capture("name");
  if (auto refusal = refuse_others(call, name)) co_return *refusal;
  const auto done = co_await (*accounts)->remove_totp(name);
  if (!done) co_return refuse(done.error());
  co_return reply(json::object{{"name", name}, {"totp", false}});
}

}  // namespace evenkeel::api
