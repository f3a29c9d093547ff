#pragma once
// A problem in somebody's input: where it is, what is wrong, and what to do instead.

#include <string>
#include <vector>

namespace evenkeel::model {

struct Problem {
  std::string path;     // JSON path: "$.virtual_services[2].real_servers[0].address"
  std::string message;  // "\"10.0.0.300\" is not an IPv4 or IPv6 address"
  std::string hint;     // "write an address such as 10.0.0.30"; may be empty
  bool operator==(const Problem&) const = default;
};

}  // namespace evenkeel::model
