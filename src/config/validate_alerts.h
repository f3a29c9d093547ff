#pragma once
// What only the whole can tell about alerts. Parts of validate() and lint().

#include <vector>

#include "model/configuration.h"
#include "model/problem.h"

namespace evenkeel::config {

std::vector<model::Problem> validate_alerts(const model::Configuration& configuration);
std::vector<model::Problem> lint_alerts(const model::Configuration& configuration);

}  // namespace evenkeel::config
