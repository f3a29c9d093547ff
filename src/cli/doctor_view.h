#pragma once
// What the doctor says, for people.

#include <boost/json.hpp>
#include <string>

#include "cli/terminal.h"

namespace evenkeel::cli {

std::string render_arp_diagnosis(const boost::json::value& answer, const Terminal& terminal);

}  // namespace evenkeel::cli
