#pragma once
// Checks that follow other virtual services. Used by validate() only.

#include <vector>

#include "model/configuration.h"
#include "model/problem.h"

namespace evenkeel::config {

// What is followed must exist, and nobody may follow himself, not even by way of others.
// Layer-7 virtual services may follow, but are not followed.
std::vector<model::Problem> validate_follow(const model::Configuration& configuration);

}  // namespace evenkeel::config
