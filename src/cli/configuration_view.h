#pragma once
// What is configured (not how it is doing: that is status_view.h).

#include <boost/json.hpp>
#include <string>

#include "cli/terminal.h"

namespace evenkeel::cli {

std::string render_service_list(const boost::json::value& answer, const Terminal& terminal);
std::string render_service(const boost::json::value& service, const Terminal& terminal);
std::string render_layer7_list(const boost::json::value& answer, const Terminal& terminal);
std::string render_layer7_service(const boost::json::value& service, const Terminal& terminal);
std::string render_layer7_server_list(const boost::json::value& service, const Terminal& terminal);
std::string render_alert_settings(const boost::json::value& alerts, const Terminal& terminal);
std::string render_server_list(const boost::json::value& service, const Terminal& terminal);

}  // namespace evenkeel::cli
