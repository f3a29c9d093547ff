#pragma once
// SIP OPTIONS, and the status of its answer. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::health::sip {

struct Options {
  std::string transport;  // "UDP", "TCP"
  std::string server;     // "10.0.0.1:5060", or a name
  std::string local;      // "10.0.0.2:40000"
  std::string user;       // may be empty
  std::string token;      // letters and digits, new for each probe
};

std::string render_options(const Options& options);

// The status of the answer with that token; none: it is not one.
std::optional<int> parse_status(std::string_view message, std::string_view token);

}  // namespace evenkeel::health::sip
