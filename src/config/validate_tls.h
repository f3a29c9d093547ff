#pragma once
// What the settings of TLS say together. Whether the certificates that they name are there, only the daemon knows. Pure
// functions.

#include <vector>

#include "model/configuration.h"
#include "model/problem.h"

namespace evenkeel::config {

std::vector<model::Problem> validate_tls(const model::Configuration& configuration);
std::vector<model::Problem> lint_tls(const model::Configuration& configuration);

}  // namespace evenkeel::config
