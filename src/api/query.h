#pragma once
// The text of a request's target: percent-encoding, query parameters, and the values they carry.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/utf8.h"

namespace evenkeel::api {

// Refuses broken escapes and what is not UTF-8 once decoded.
Result<std::string> decode_percent(std::string_view text);
// One line for people, as in a comment or a reason: UTF-8, no control characters, at most 500 characters.
Result<std::string> parse_sentence(std::string_view name, std::string_view text);
// A whole decimal number from `low` to `high`.
Result<int64_t> parse_integer(std::string_view name, std::string_view text, int64_t low, int64_t high);

class Query {
 public:
  // The part behind "?": "a=1&b=two%20words"; "+" is a space. A name that comes twice is an error.
  static Result<Query> parse(std::string_view text);

  const std::vector<std::pair<std::string, std::string>>& entries() const { return entries_; }
  const std::string* find(std::string_view name) const;
  std::string text(std::string_view name) const;      // empty when it is not there
  Result<bool> boolean(std::string_view name) const;  // "true" or "false"; not there: false
  Result<std::optional<int64_t>> integer(std::string_view name, int64_t low, int64_t high) const;

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
};

}  // namespace evenkeel::api
