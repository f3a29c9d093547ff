#pragma once
// Alerts for people: who was told, and who could not be.

#include <boost/json.hpp>
#include <string>

#include "cli/terminal.h"

namespace evenkeel::cli {

std::string render_alerts(const boost::json::value& status, const Terminal& terminal);
std::string render_alert_test(const boost::json::value& answer, const Terminal& terminal);

}  // namespace evenkeel::cli
