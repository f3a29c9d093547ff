#pragma once
// Certificates, for a terminal.

#include <boost/json.hpp>
#include <string>

#include "cli/terminal.h"

namespace evenkeel::cli {

std::string render_certificates(const boost::json::value& answer, const Terminal& terminal);
std::string render_certificate(const boost::json::value& certificate, const Terminal& terminal);
// What came of a change, with the request for the authority where there is one.
std::string render_certificate_change(const boost::json::value& answer, const Terminal& terminal);

}  // namespace evenkeel::cli
