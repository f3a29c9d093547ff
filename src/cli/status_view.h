#pragma once
// `evenkeel status` for people: virtual services with their real servers, and whatever needs attention.

#include <boost/json.hpp>
#include <string>

#include "cli/terminal.h"

namespace evenkeel::cli {

std::string render_status(const boost::json::value& status, const Terminal& terminal);

}  // namespace evenkeel::cli
