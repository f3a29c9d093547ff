#include "observed/web.h"

#include <boost/json.hpp>

#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

// A certificate with its key, or the label of a stored one.
struct Wanted {
  std::string certificate, key, stored;
};

std::unexpected<ChangeRefused> refuse_field(std::string path, std::string message) {
  return refused(Error{ErrorCode::kInvalidArgument, message, {}, 0},
                 {{std::move(path), message,
                   R"(give {"certificate": "-----BEGIN ...", "key": "-----BEGIN ..."}, or {"stored": "LABEL"})"}});
}

std::string* field_of(Wanted& wanted, std::string_view name) {
  if (name == "certificate") return &wanted.certificate;
  if (name == "key") return &wanted.key;
  return name == "stored" ? &wanted.stored : nullptr;
}

Changed<Wanted> judge(Wanted wanted) {
  const bool is_brought = !wanted.certificate.empty() || !wanted.key.empty();
  if (!wanted.stored.empty() && is_brought) {
    return refuse_field("$.stored", "a stored certificate brings its own key: give nothing else");
  }
  if (!wanted.stored.empty()) return wanted;
  if (wanted.certificate.empty()) return refuse_field("$.certificate", "it is missing");
  if (wanted.key.empty()) return refuse_field("$.key", "it is missing");
  return wanted;
}

// {"certificate": PEM, "key": PEM} or {"stored": LABEL}, and nothing else. What is in them is judged elsewhere, and PEM
// never repeated.
Changed<Wanted> parse_wanted(const Request& request) {
  const auto body = parse_body(request);
  if (!body) return refused(Error{ErrorCode::kInvalidArgument, "the body is not JSON", {}, 0});
  const json::object* const object = body->if_object();
  if (object == nullptr) return refuse_field("$", "the body must be an object");
  Wanted wanted;
  for (const auto& [key, value] : *object) {
    const std::string_view name = key;
    std::string* const field = field_of(wanted, name);
    if (field == nullptr) return refuse_field("$", "it has a field that is neither certificate nor key nor stored");
    if (!value.is_string()) return refuse_field("$." + std::string(name), "it must be a text");
    *field = value.get_string();
  }
  return judge(std::move(wanted));
}

}  // namespace

Answer get_web(Call& call) {
  co_return reply(to_json(call.context.control.web()));
}

Answer put_web_certificate(Call& call) {
  auto wanted = parse_wanted(call.request);
  if (!wanted) co_return refuse(wanted.error());
  auto& control = call.context.control;
  const auto& author = call.request.peer.name;
  const auto replaced =
      wanted->stored.empty()
          ? co_await control.replace_web_certificate(std::move(wanted->certificate), std::move(wanted->key), author)
          : co_await control.use_web_certificate(std::move(wanted->stored), author);
  if (!replaced) co_return refuse(replaced.error());
  co_return reply(to_json(*replaced));
}

}  // namespace evenkeel::api
