#pragma once
// Why a real server is up or down, and its last probes.

#include <boost/json.hpp>
#include <string>

#include "cli/terminal.h"

namespace evenkeel::cli {

std::string render_health(const boost::json::value& answer, const Terminal& terminal);

}  // namespace evenkeel::cli
