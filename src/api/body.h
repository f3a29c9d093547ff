#pragma once
// A small body that is no part of the configuration: its members with their types, every problem with its path. What
// was sent is never said again: it may be a password.

#include <boost/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/http.h"
#include "model/problem.h"

namespace evenkeel::api {

class Body {
 public:
  // No body at all is an empty object.
  explicit Body(const Request& request);

  // Missing, null or of another type where it may not be: noted, and empty here.
  std::string text(std::string_view name);
  std::optional<std::string> optional_text(std::string_view name);
  std::optional<int64_t> optional_integer(std::string_view name, int64_t low, int64_t high);
  bool is_null(std::string_view name);  // there, and null

  void refuse(std::string_view name, std::string message, std::string hint = {});

  // When every member was asked for: what is wrong with them, and with those that nobody asked for. None: nothing.
  std::optional<Response> refusal();

 private:
  const boost::json::value* find(std::string_view name);

  boost::json::object members_;
  std::set<std::string, std::less<>> asked_;
  std::vector<model::Problem> problems_;
};

}  // namespace evenkeel::api
