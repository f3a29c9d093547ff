#pragma once
// What a restored backup has changed, or would change.

#include <boost/json.hpp>
#include <string>

#include "cli/terminal.h"

namespace evenkeel::cli {

std::string render_restore(const boost::json::value& answer, const Terminal& terminal);

}  // namespace evenkeel::cli
