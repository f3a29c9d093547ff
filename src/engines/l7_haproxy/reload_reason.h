#pragma once
// Why a change takes a reload, in words for the plan. Pure.

#include <string>

#include "desired/layer7.h"

namespace evenkeel::engines::l7_haproxy {

// For two that are not commands apart: "virtual service Web: client_timeout, mode". At most three parts of that kind.
std::string reload_reason(const desired::Layer7& from, const desired::Layer7& to);

}  // namespace evenkeel::engines::l7_haproxy
