#pragma once
// "Copy as curl": the command line that asks from a shell what a check asks. Pure.

#include <string>

#include "health/monitor.h"

namespace evenkeel::health {

// Quoted for a POSIX shell, secrets masked. Empty where no well-known tool asks the same.
std::string repeat_command(const Target& target, const std::string& script_directory);

}  // namespace evenkeel::health
