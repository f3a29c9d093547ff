#pragma once
// Reading an answer leniently (a member that is missing reads as empty), and printing JSON for people.

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel::cli {

// Null when `value` is no object or has no such member.
const boost::json::value* member(const boost::json::value& value, std::string_view key);
std::string text_at(const boost::json::value& value, std::string_view key);
uint64_t count_at(const boost::json::value& value, std::string_view key);
double number_at(const boost::json::value& value, std::string_view key);
bool flag_at(const boost::json::value& value, std::string_view key);
const boost::json::array& list_at(const boost::json::value& value, std::string_view key);

// Indented by two spaces, with a line feed at the end; control characters are escaped, also those that JSON allows.
std::string pretty(const boost::json::value& value);
// The same on one line.
std::string one_line(const boost::json::value& value);

}  // namespace evenkeel::cli
