#pragma once
// Answers: JSON of a value, and the one form that every error has.

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/control.h"
#include "api/http.h"
#include "base/result.h"
#include "model/problem.h"

namespace evenkeel::api {

Response reply(const boost::json::value& value);

// `head` with one more member, the list. Lists may be long: only one element at a time exists as a JSON value, and the
// control loop gets its turn in between. `range` must not change meanwhile.
template <class Range, class ToJson>
boost::asio::awaitable<Response> reply_with_list(boost::json::object head, std::string_view name, const Range& range,
                                                 ToJson to_json) {
  constexpr size_t kBytesPerTurn = 32 << 10;
  Response response = reply(head);
  std::string& body = response.body;
  body.back() = head.empty() ? ' ' : ',';
  body += boost::json::serialize(name) + ":[";
  bool is_first = true;
  size_t turn_ends = kBytesPerTurn;
  for (const auto& element : range) {
    if (!std::exchange(is_first, false)) body += ',';
    body += boost::json::serialize(to_json(element));
    if (body.size() < turn_ends) continue;
    turn_ends = body.size() + kBytesPerTurn;
    co_await boost::asio::post(boost::asio::use_awaitable);
  }
  body += "]}";
  co_return response;
}

// {"error": {"code", "message", "problems"}} with the status that goes with the code; secrets masked.
Response refuse(const Error& error, const std::vector<model::Problem>& problems = {});
Response refuse(const ChangeRefused& refused);
// For what HTTP has its own status for (405, 413, 431).
Response refuse(int status, const Error& error, const std::vector<model::Problem>& problems = {});

int http_status(ErrorCode code);

inline std::unexpected<ChangeRefused> refused(ErrorCode code, std::string message) {
  return std::unexpected(ChangeRefused{Error{code, std::move(message), {}, 0}, {}});
}
inline std::unexpected<ChangeRefused> refused(Error error, std::vector<model::Problem> problems = {}) {
  return std::unexpected(ChangeRefused{std::move(error), std::move(problems)});
}

}  // namespace evenkeel::api
