#pragma once
// Why a command failed, for standard error: the sentence, every problem with its path, and what to do.

#include <string>

#include "cli/api_client.h"
#include "cli/terminal.h"

namespace evenkeel::cli {

std::string render_failure(const Failure& failure, const Terminal& terminal);

}  // namespace evenkeel::cli
