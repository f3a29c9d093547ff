#pragma once
// What only the whole layer-7 virtual service can tell about its persistence, HTTP settings and manual configuration.
// Used by validate_layer7() only.

#include <string>
#include <vector>

#include "model/layer7_service.h"
#include "model/problem.h"

namespace evenkeel::config {

// `path` is that of the virtual service.
std::vector<model::Problem> validate_layer7_options(const model::Layer7Service& service, const std::string& path);

}  // namespace evenkeel::config
