#pragma once
// What only the whole virtual service can tell about its health checks. Used by validate() only.

#include <string>
#include <vector>

#include "model/problem.h"
#include "model/virtual_service.h"

namespace evenkeel::config {

// `path` is that of the virtual service. Whether there is what a check follows is left to validate_follow().
std::vector<model::Problem> validate_checks(const model::VirtualService& service, const std::string& path);

}  // namespace evenkeel::config
