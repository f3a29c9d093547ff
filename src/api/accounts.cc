#include "api/accounts.h"

#include <fmt/format.h>

#include "api/reply.h"

namespace evenkeel::api {

std::expected<access::Accounts*, Response> accounts_of(const Call& call) {
  if (call.context.accounts != nullptr) return call.context.accounts;
  return std::unexpected(refuse(
      Error{ErrorCode::kUnavailable, "the store of users cannot be read: see the notices of the status", {}, 0}));
}

boost::json::value time_or_null(std::optional<WallTime> time) {
  return time ? boost::json::value(to_iso8601(*time)) : boost::json::value();
}

bool is_oneself(const Call& call, std::string_view name) {
  return !call.request.session_token.empty() && call.request.peer.name == name;
}

std::optional<Response> refuse_others(const Call& call, std::string_view name) {
  if (call.request.peer.role == access::Role::kAdministrator || is_oneself(call, name)) return std::nullopt;
  return refuse(Error{ErrorCode::kPermission,
                      fmt::format("about others this needs the role administrator; {} has the role {}",
                                  call.request.peer.name, to_string(call.request.peer.role)),
                      {},
                      0});
}

}  // namespace evenkeel::api
