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

// Gives the object in `body` one more member, a list, to which `write` adds an element as JSON text. Lists may be long:
// the control loop gets its turn in between. `range` must not change meanwhile.
template <class Range, class Write>
boost::asio::awaitable<void> add_list(std::string& body, std::string_view name, const Range& range, Write write) {
  constexpr size_t kBytesPerTurn = 32 << 10;
  body.back() = body == "{}" ? ' ' : ',';
  body += boost::json::serialize(name) + ":[";
  bool is_first = true;
  size_t turn_ends = body.size() + kBytesPerTurn;
  for (const auto& element : range) {
    if (!std::exchange(is_first, false)) body += ',';
    write(body, element);
    if (body.size() < turn_ends) continue;
    turn_ends = body.size() + kBytesPerTurn;
    co_await boost::asio::post(boost::asio::use_awaitable);
  }
  body += "]}";
}

// `head` with one more member, the list. Only one element at a time exists as a JSON value.
template <class Range, class ToJson>
boost::asio::awaitable<Response> reply_with_list(boost::json::object head, std::string_view name, const Range& range,
                                                 ToJson to_json) {
  Response response = reply(head);
  co_await add_list(response.body, name, range,
                    [&](std::string& body, const auto& element) { body += boost::json::serialize(to_json(element)); });
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
