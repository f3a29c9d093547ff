#pragma once
// One question to the Unix socket of a program that an engine supervises, and its answer. Blocks, for the engine's own
// thread.

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace evenkeel::engines {

// At most 64 MiB, within the time given. kUnavailable: nobody listens, or it was closed without an answer; kTimeout.
Result<std::string> ask(const std::string& socket_path, std::string_view command,
                        std::chrono::milliseconds within = std::chrono::seconds(5));

}  // namespace evenkeel::engines
