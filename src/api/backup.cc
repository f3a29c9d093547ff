// Backup and restore. The passphrase comes in the body and is never said again.

#include <algorithm>

#include "api/change.h"
#include "api/handlers.h"
#include "api/reply.h"
#include "backup/document.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

Changed<json::object> parse_members(const Request& request, std::initializer_list<std::string_view> known) {
  auto body = parse_body(request);
  if (!body) return std::unexpected(body.error());
  json::object* const object = body->if_object();
  if (object == nullptr) return refused(ErrorCode::kInvalidArgument, "the body must be an object");
  for (const auto& [name, value] : *object) {
    if (std::ranges::find(known, std::string_view(name)) != known.end()) continue;
    return refused(ErrorCode::kInvalidArgument, "the body has a member that is not known: " + std::string(name));
  }
  return std::move(*object);
}

Changed<std::string> parse_passphrase(const json::object& body) {
  const json::value* const value = body.if_contains("passphrase");
  const json::string* const text = value == nullptr ? nullptr : value->if_string();
  if (text != nullptr && text->size() >= backup::kFewestCharacters && text->size() <= backup::kMostCharacters) {
    return std::string(*text);
  }
  const std::string message = "passphrase must be a text of 8 to 1024 bytes";
  return refused(Error{ErrorCode::kInvalidArgument, message, {}, 0},
                 {{"$.passphrase", message, "several words that do not belong together are easy to keep"}});
}

json::object to_json(const ListChange& change) {
  const auto list = [](const std::vector<std::string>& names) { return json::array(names.begin(), names.end()); };
  return {{"added", list(change.added)}, {"changed", list(change.changed)}, {"removed", list(change.removed)}};
}

json::object to_json(const backup::Origin& origin, bool is_own) {
  return {{"host", origin.host},
          {"made_at", origin.made_at},
          {"made_by", origin.made_by},
          {"revision", origin.revision},
          {"own", is_own}};
}

}  // namespace

Answer post_backup(Call& call) {
  const auto body = parse_members(call.request, {"passphrase"});
  if (!body) co_return refuse(body.error());
  auto passphrase = parse_passphrase(*body);
  if (!passphrase) co_return refuse(passphrase.error());
  const auto document = co_await call.context.control.backup(std::move(*passphrase));
  co_return document ? reply(*document) : refuse(document.error());
}

Answer post_restore(Call& call) {
  auto body = parse_members(call.request, {"backup", "passphrase", "dry_run"});
  if (!body) co_return refuse(body.error());
  auto passphrase = parse_passphrase(*body);
  if (!passphrase) co_return refuse(passphrase.error());
  RestoreRequest request;
  request.passphrase = std::move(*passphrase);
  request.author = call.request.peer.name;
  if (const json::value* const dry_run = body->if_contains("dry_run")) {
    if (!dry_run->is_bool())
      co_return refuse(Error{ErrorCode::kInvalidArgument, "dry_run must be true or false", {}, 0});
    request.dry_run = dry_run->get_bool();
  }
  if (json::value* const document = body->if_contains("backup")) request.backup = std::move(*document);
  const bool dry_run = request.dry_run;
  const auto result = co_await call.context.control.restore(std::move(request));
  if (!result) co_return refuse(result.error());
  Response response = reply_change(result->change, dry_run);
  json::object answer = json::parse(response.body).as_object();
  answer["backup"] = to_json(result->origin, result->is_own);
  answer["certificates"] = to_json(result->certificates);
  answer["files"] = to_json(result->files);
  answer["users"] = result->replaces_users ? json::value(to_json(result->users)) : json::value();
  answer["tokens"] = result->replaces_users ? json::value(to_json(result->tokens)) : json::value();
  answer["operator_actions"] = result->operator_actions;
  response.body = json::serialize(answer);
  response.is_noted = dry_run;
  co_return response;
}

}  // namespace evenkeel::api
