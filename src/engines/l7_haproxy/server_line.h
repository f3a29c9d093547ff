#pragma once
// How HAProxy is told of one real server: in its file, and over its runtime API. Pure functions.

#include <cstdint>
#include <string>

#include "desired/layer7.h"

namespace evenkeel::engines::l7_haproxy {

// "10.0.0.31:445", or "10.0.0.31" for the port that the client asked for.
std::string place(const IpAddress& address, uint16_t port);

// What follows a server's name: place, weight, limits and how it is connected to. `weight` is the effective one: a
// drained server has 0, so HAProxy drains too, and a weight survives a reload in the file.
std::string server_arguments(const model::Layer7Service& service, const model::Layer7Server& server, uint16_t weight);

}  // namespace evenkeel::engines::l7_haproxy
