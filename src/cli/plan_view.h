#pragma once
// What a change does, as a diff that a person can read.

#include <boost/json.hpp>
#include <string>

#include "cli/terminal.h"

namespace evenkeel::cli {

// The changes alone: of the answer's "plan", or of a diff between revisions.
std::string render_plan(const boost::json::value& plan, const Terminal& terminal);
// The answer to a change: its plan, its warnings, and the revision that came of it.
std::string render_change(const boost::json::value& answer, const Terminal& terminal);

}  // namespace evenkeel::cli
