#pragma once
// How an external script is called: the positional arguments that scripts for other load balancers expect, and the
// same and more as environment variables. Pure.

#include <string>
#include <vector>

#include "health/monitor.h"

namespace evenkeel::health {

// The script's file, then $1 to $4: virtual address, its port, the real server's address, its port. None is ever
// empty or "inherited".
std::vector<std::string> script_call(const Target& target, const std::string& directory);
// "NAME=value": all that the script has in its environment.
std::vector<std::string> script_environment(const Target& target);

}  // namespace evenkeel::health
