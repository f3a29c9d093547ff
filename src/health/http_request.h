#pragma once
// The request of an HTTP check, as bytes, and where a redirect leads.

#include <optional>
#include <string>

#include "health/monitor.h"

namespace evenkeel::health {

// With Connection: close. What cannot stand in a request line or a header (spaces, line ends) is percent-encoded.
std::string render_request(const Target& target);
// A POST of that body, with the check's Host, login and headers.
std::string render_post(const Target& target, const std::string& content_type, const std::string& body);

// What stands between method and version: path and query, or the whole URL that a proxy is asked for.
std::string request_target(const Target& target);

// The name to ask for in the TLS handshake; empty if the check names no host or an address.
std::string server_name(const Target& target);

// The target of a redirect, if it is on the same real server: a path, or a URL whose host is what was asked for.
std::optional<Target> redirected(const Target& target, const std::string& location);

}  // namespace evenkeel::health
