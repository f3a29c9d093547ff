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

// JSON Schema (2020-12) of the configuration, from the same tables.
boost::json::value json_schema();

// "…&Authorization=****" : values of query parameters, headers or fields that hold a key are replaced.
std::string mask_secrets(std::string_view text);

}  // namespace evenkeel::model
