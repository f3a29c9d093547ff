#pragma once
// What only the whole virtual service can tell about its fallback. Used by validate() only.

#include <string>
#include <vector>

#include "model/layer7_service.h"
#include "model/problem.h"
#include "model/virtual_service.h"

namespace evenkeel::config {

// `path` is that of the virtual service. That the address is not the load balancer's own is left to the caller, who
// knows the others.
std::vector<model::Problem> validate_fallback(const model::VirtualService& service, const std::string& path,
                                              const std::vector<model::Layer7Service>& layer7_services);

}  // namespace evenkeel::config
