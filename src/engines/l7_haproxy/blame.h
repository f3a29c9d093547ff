#pragma once
// Whose fault it is, when HAProxy complains of a line of its file. Pure functions.

#include <map>
#include <string>
#include <string_view>

namespace evenkeel::engines::l7_haproxy {

// The comment above a virtual service's manual_configuration.
inline constexpr std::string_view kManualMark = "    # Manual configuration";

// By label of a virtual service what HAProxy says of lines in its section of `file`, in words such as "parsing
// [/run/candidate.cfg:31] : ...". Where it is a manual line, its number in the manual configuration is told.
std::map<std::string, std::string> blamed_by_line(const std::string& words, const std::string& file);

}  // namespace evenkeel::engines::l7_haproxy
