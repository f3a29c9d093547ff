#pragma once
// Layer 7's part of `evenkeel status` for people.

#include <boost/json.hpp>
#include <string>

#include "cli/terminal.h"

namespace evenkeel::cli {

// `layer7` and `at` of the status. Empty where there is no layer-7 virtual service.
std::string render_layer7(const boost::json::value& status, const Terminal& terminal);

}  // namespace evenkeel::cli
