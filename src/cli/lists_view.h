#pragma once
// The plain lists: counters, revisions, configured services and servers, events, an explanation.

#include <boost/json.hpp>
#include <string>

#include "cli/terminal.h"

namespace evenkeel::cli {

// `window`: "1s", "10s" or "60s".
std::string render_traffic(const boost::json::value& answer, const std::string& window, const Terminal& terminal);
std::string render_reasons(const boost::json::value& answer, const Terminal& terminal);
std::string render_source_ports(const boost::json::value& answer, const Terminal& terminal);
std::string render_counters(const boost::json::value& answer, const Terminal& terminal);
std::string render_revisions(const boost::json::value& answer, const Terminal& terminal);
std::string render_revision(const boost::json::value& revision, const Terminal& terminal);
std::string render_event(const boost::json::value& event, const Terminal& terminal);
std::string render_explanation(const boost::json::value& answer, const Terminal& terminal);

}  // namespace evenkeel::cli
