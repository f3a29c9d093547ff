#pragma once
// How HAProxy is told to speak TLS with clients, in its file. A pure function.

#include <string>

#include "engines/l7_haproxy/paths.h"
#include "model/layer7_service.h"

namespace evenkeel::engines::l7_haproxy {

// What follows a "bind"; empty: no TLS.
std::string bind_tls(const model::Layer7Service& service, const Paths& paths);

}  // namespace evenkeel::engines::l7_haproxy
