#pragma once
// What only the whole can tell about layer-7 virtual services, beside what holds at both layers. Pure functions.

#include <vector>

#include "model/configuration.h"
#include "model/problem.h"

namespace evenkeel::config {

// The virtual services of layer 4 and after them the common parts of those of layer 7, in the form that the checks of
// both layers look at. Empty where there is no layer 7: then the configuration's own will do.
std::vector<model::VirtualService> common_parts(const model::Configuration& configuration);

std::vector<model::Problem> validate_layer7(const model::Configuration& configuration);

}  // namespace evenkeel::config
