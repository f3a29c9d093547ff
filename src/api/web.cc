#include "observed/web.h"

#include <boost/json.hpp>

#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

struct Pair {
  std::string certificate, key;
};

std::unexpected<ChangeRefused> refuse_field(std::string path, std::string message) {
  return refused(Error{ErrorCode::kInvalidArgument, message, {}, 0},
                 {{std::move(path), message, R"(give {"certificate": "-----BEGIN ...", "key": "-----BEGIN ..."})"}});
}

// {"certificate": PEM, "key": PEM} and nothing else. What is in them is judged elsewhere, and never repeated.
Changed<Pair> parse_pair(const Request& request) {
  const auto body = parse_body(request);
  if (!body) return refused(Error{ErrorCode::kInvalidArgument, "the body is not JSON", {}, 0});
  const json::object* const object = body->if_object();
  if (object == nullptr) return refuse_field("$", "the body must be an object");
  Pair pair;
  for (const auto& [key, value] : *object) {
    const std::string_view field = key;
    std::string* const wanted = field == "certificate" ? &pair.certificate : field == "key" ? &pair.key : nullptr;
    if (wanted == nullptr) return refuse_field("$", "it has a field that is neither certificate nor key");
    if (!value.is_string()) return refuse_field("$." + std::string(field), "it must be a text in PEM form");
    *wanted = value.get_string();
  }
  if (pair.certificate.empty()) return refuse_field("$.certificate", "it is missing");
  if (pair.key.empty()) return refuse_field("$.key", "it is missing");
  return pair;
}

}  // namespace

Answer get_web(Call& call) {
  co_return reply(to_json(call.context.control.web()));
}

Answer put_web_certificate(Call& call) {
  auto pair = parse_pair(call.request);
  if (!pair) co_return refuse(pair.error());
  const auto replaced = co_await call.context.control.replace_web_certificate(
      std::move(pair->certificate), std::move(pair->key), call.request.peer.name);
  if (!replaced) co_return refuse(replaced.error());
  co_return reply(to_json(*replaced));
}

}  // namespace evenkeel::api
