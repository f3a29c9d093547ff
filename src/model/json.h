#pragma once
// Configuration to JSON and back, from the field tables. Parsing reports every problem at once.

#include <boost/json.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "model/configuration.h"
#include "model/problem.h"

namespace evenkeel::model {

enum class Secrets { kMasked, kPlain };

boost::json::value to_json(const Configuration& configuration, Secrets secrets);
boost::json::value to_json(const VirtualService& service, Secrets secrets);
boost::json::value to_json(const RealServer& server, Secrets secrets);

template <class T>
using Parsed = std::expected<T, std::vector<Problem>>;

// Checks types, ranges, unknown keys and required fields; missing fields take their defaults. What needs a look at the
// whole (unique labels, overlapping ports, families that do not match) is config::validate's.
Parsed<Configuration> parse_configuration(const boost::json::value& document);
// For text that may not even be JSON: that too becomes a Problem, with line and column.
Parsed<Configuration> parse_configuration(std::string_view text);
inline Parsed<Configuration> parse_configuration(const char* text) {  // a literal could be taken for either
  return parse_configuration(std::string_view(text));
}

// One object alone, as the API's POST bodies have it; "$" in its problems' paths is that object.
Parsed<VirtualService> parse_virtual_service(const boost::json::value& document);
Parsed<RealServer> parse_real_server(const boost::json::value& document);

// Strict JSON: one value, valid UTF-8, no duplicate keys, at most 16 MiB and 32 levels deep.
Parsed<boost::json::value> parse_json(std::string_view text);

enum class Layout { kOneLine, kIndented };
// JSON for people and files: 2.5 where Boost's serialize writes 2.5E0. Without a newline at the end.
std::string to_text(const boost::json::value& value, Layout layout);

// JSON Schema (2020-12) of the configuration, from the same tables.
boost::json::value json_schema();

// "…&Authorization=****" : values of query parameters, headers or fields that hold a key are replaced.
std::string mask_secrets(std::string_view text);

}  // namespace evenkeel::model
