#pragma once
// The programs that do the work, for people.

#include <boost/json.hpp>
#include <string>

#include "cli/terminal.h"

namespace evenkeel::cli {

std::string render_engines(const boost::json::value& engines, const Terminal& terminal);
std::string render_restart(const boost::json::value& restarted, const Terminal& terminal);

// A file as a terminal may show it.
std::string render_lines(const std::string& text, const Terminal& terminal);

}  // namespace evenkeel::cli
