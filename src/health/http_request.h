#pragma once
// The request of a negotiate check, as bytes.

#include <string>

#include "health/monitor.h"

namespace evenkeel::health {

// GET with Connection: close. What cannot stand in a request line or a header (spaces, line ends) is percent-encoded.
std::string render_request(const Target& target);

// The name to ask for in the TLS handshake; empty if the check names no host or an address.
std::string server_name(const Target& target);

}  // namespace evenkeel::health
