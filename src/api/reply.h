#pragma once
// Answers: JSON of a value, and the one form that every error has.

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

// `head` with one more member, the list. Only one element at a time exists as a JSON value: lists may be long.
template <class Range, class ToJson>
Response reply_with_list(const boost::json::object& head, std::string_view name, const Range& range, ToJson to_json) {
  Response response = reply(head);
  response.body.back() = head.empty() ? ' ' : ',';
  response.body += boost::json::serialize(name) + ":[";
  bool is_first = true;
  for (const auto& element : range) {
    if (!std::exchange(is_first, false)) response.body += ',';
    response.body += boost::json::serialize(to_json(element));
  }
  response.body += "]}";
  return response;
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
