#pragma once
// Asks for a password at the terminal, without showing what is typed.

#include <string>

#include "base/result.h"

namespace evenkeel::cli {

// kUnavailable: there is no terminal.
Result<std::string> read_secret_from_terminal(const std::string& prompt);

}  // namespace evenkeel::cli
