#pragma once
// How it stands with the web interface.

#include <boost/json.hpp>
#include <string>

#include "cli/terminal.h"

namespace evenkeel::cli {

std::string render_web(const boost::json::value& status, const Terminal& terminal);

}  // namespace evenkeel::cli
