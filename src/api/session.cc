// Signing in and out.

#include <fmt/format.h>

#include "access/secret.h"
#include "api/accounts.h"
#include "api/body.h"
#include "api/gate.h"
#include "api/handlers.h"
#include "api/reply.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

std::string cookie(std::string_view value, std::string_view more) {
  return fmt::format("{}={}; Path=/; HttpOnly; Secure; SameSite=Strict{}", kSessionCookie, value, more);
}

json::object session_json(std::string_view user, access::Role role) {
  return {{"user", user},
          {"role", to_string(role)},
          {"csrf_token", nullptr},
          {"idle_seconds", nullptr},
          {"expires_at", nullptr}};
}

json::object session_json(const access::Accounts& accounts, const access::Session& session, access::Role role,
                          std::string_view token) {
  json::object object = session_json(session.user, role);
  object["csrf_token"] = access::csrf_token_of(token);
  object["idle_seconds"] = accounts.session_options().idle.count();
  object["expires_at"] = to_iso8601(session.ends);
  return object;
}

Response refuse_sign_in(const access::SignInRefused& refused) {
  using Why = access::SignInRefused::Why;
  const auto error = [](ErrorCode code, std::string message) { return Error{code, std::move(message), {}, 0}; };
  switch (refused.why) {
    case Why::kNotSetUp:
      return refuse(error(ErrorCode::kPermission,
                          "there is no user yet: run \"sudo evenkeel setup\" on the load balancer's console"));
    case Why::kWrong:
      return refuse(401, error(ErrorCode::kPermission, "user, password or code is wrong"));
    case Why::kCodeWanted: {
      Response response = refuse(401, error(ErrorCode::kPermission, "the code of the second factor is wanted too"));
      json::value body = json::parse(response.body);
      body.as_object()["code_required"] = true;
      response.body = json::serialize(body);
      return response;
    }
    case Why::kTooOften: {
      Response response = refuse(429, error(ErrorCode::kResourceExhausted,
                                            fmt::format("too many failed attempts: wait {} s", refused.wait.count())));
      response.headers.push_back({"Retry-After", std::to_string(refused.wait.count())});
      return response;
    }
    case Why::kUnavailable:
      return refuse(error(ErrorCode::kUnavailable, refused.message));
  }
  return refuse(error(ErrorCode::kInternal, "signing in failed"));
}

}  // namespace

// A page of another origin could sign its visitor in as somebody else: browsers say where a request comes from.
Answer post_session(Call& call) {
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  if (call.request.credentials.fetch_site == "cross-site") {
    co_return refuse(Error{ErrorCode::kPermission, "signing in from another site's page is not possible", {}, 0});
  }
  Body body(call.request);
  access::Attempt attempt{.user = body.text("user"),
                          .password = body.text("password"),
                          .code = body.optional_text("code").value_or(""),
                          .address = call.request.peer.address};
  if (auto refusal = body.refusal()) co_return *refusal;
  const auto signed_in = co_await (*accounts)->sign_in(std::move(attempt));
  if (!signed_in) co_return refuse_sign_in(signed_in.error());
  Response response = reply(session_json(**accounts, signed_in->session, signed_in->role, signed_in->token));
  response.headers.push_back({"Set-Cookie", cookie(signed_in->token, "")});
  response.is_noted = true;
  co_return response;
}

Answer get_session(Call& call) {
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  const std::string& token = call.request.session_token;
  if (token.empty()) co_return reply(session_json(call.request.peer.name, call.request.peer.role));
  const auto visitor = co_await (*accounts)->find_session(token, access::Accounts::Use::kBackground);
  if (!visitor) co_return refuse(401, Error{ErrorCode::kPermission, "the session is over: sign in again", {}, 0});
  co_return reply(session_json(**accounts, *visitor->session, visitor->role, token));
}

Answer delete_session(Call& call) {
  const auto accounts = accounts_of(call);
  if (!accounts) co_return accounts.error();
  if (call.request.session_token.empty()) {
    co_return refuse(Error{ErrorCode::kNotFound, "this request has no session", {}, 0});
  }
  const auto done =
      co_await (*accounts)->sign_out(call.request.session_token, {call.request.peer.name, call.request.peer.address});
  if (!done) co_return refuse(done.error());
  Response response = reply(json::object{{"user", call.request.peer.name}, {"signed_out", true}});
  response.headers.push_back({"Set-Cookie", cookie("", "; Max-Age=0")});
  response.is_noted = true;
  co_return response;
}

}  // namespace evenkeel::api
