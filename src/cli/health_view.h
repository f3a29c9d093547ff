#pragma once
// Why a real server is up or down, its last probes, and what a probe out of turn found.

#include <boost/json.hpp>
#include <string>

#include "cli/terminal.h"

namespace evenkeel::cli {

std::string render_health(const boost::json::value& answer, const Terminal& terminal);
std::string render_test(const boost::json::value& answer, const Terminal& terminal);

}  // namespace evenkeel::cli
