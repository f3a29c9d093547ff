#pragma once
// Users, tokens and the audit trail for people.

#include <boost/json.hpp>
#include <string>

#include "cli/terminal.h"

namespace evenkeel::cli {

std::string render_users(const boost::json::value& answer, const Terminal& terminal);
std::string render_tokens(const boost::json::value& answer, const Terminal& terminal);
std::string render_new_token(const boost::json::value& answer, const Terminal& terminal);
std::string render_audit(const boost::json::value& answer, const Terminal& terminal);

}  // namespace evenkeel::cli
