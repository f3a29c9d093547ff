#pragma once
// What every change has in common: its options, the edit on the configuration in force, and the answer.

#include <array>
#include <boost/json.hpp>
#include <functional>
#include <optional>

#include "api/control.h"
#include "api/route.h"

namespace evenkeel::api {

// What the configuration in force becomes. Called again when somebody else's change came first.
using Edit = std::function<Changed<model::Configuration>(const model::Configuration& current)>;

// `restores`: this is a roll-back to that revision.
boost::asio::awaitable<Response> change(Call& call, Edit edit, std::optional<int64_t> restores = std::nullopt);

// With the revision as its ETag, which If-Match takes.
Response with_etag(Response response, int64_t revision);

// The request's body as JSON.
Changed<boost::json::value> parse_body(const Request& request);

boost::json::object to_json(const config::Plan& plan);
// {"number", "at", "author", "comment", "restores": 3 | null}
boost::json::object to_json(const config::Revision& revision);

// {"revision": 7, "until": "...", "author": "ann", "back_to": 6}, or null.
boost::json::value to_json(const std::optional<config::Confirmation>& confirmation);
// The answer to a change.
Response reply_change(const ChangeResult& result, bool dry_run);

inline constexpr std::array kChangeParameters{
    Parameter{"dry_run", "`true`: stop after the plan"},
    Parameter{"confirm_within", "10 to 3600 seconds: unless it is confirmed by then, the revision before comes back"},
    Parameter{"comment", "why; at most 500 characters"},
    Parameter{"expected_revision", "refuse if another revision is in force (409); so does `If-Match` (412)"},
};

}  // namespace evenkeel::api
