#pragma once
// UDP beside a layer-7 virtual service: a layer-4 one on the same address, with the same real servers. Pure function.

#include <string>

#include "api/control.h"

namespace evenkeel::api {

// `ports`: of the companion. `label` empty: that of the layer-7 virtual service with "_UDP". It translates with snat,
// so that real servers need no more than at layer 7, and follows the layer-7 virtual service's health.
Changed<model::Configuration> with_udp_companion(const model::Configuration& current,
                                                 const model::Layer7Service& service, const std::string& ports,
                                                 std::string label);

}  // namespace evenkeel::api
