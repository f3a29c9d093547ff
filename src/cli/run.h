#pragma once
// The whole program behind main(): parses the command line, does what it says, and says what to tell the shell.

#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/session.h"

namespace evenkeel::cli {

// `arguments`: without the program's name.
ExitCode run(const std::vector<std::string>& arguments, World& world);

}  // namespace evenkeel::cli
