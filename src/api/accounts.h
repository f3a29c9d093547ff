#pragma once
// What the handlers about users, sessions, tokens and the audit trail have in common.

#include <boost/json.hpp>
#include <expected>
#include <optional>

#include "access/accounts.h"
#include "api/route.h"

namespace evenkeel::api {

// Or the answer where their store cannot be read.
std::expected<access::Accounts*, Response> accounts_of(const Call& call);

boost::json::value time_or_null(std::optional<WallTime> time);

// The user of this name asks for itself, with a session.
bool is_oneself(const Call& call, std::string_view name);

// None: it is an administrator, or the user itself.
std::optional<Response> refuse_others(const Call& call, std::string_view name);

}  // namespace evenkeel::api
