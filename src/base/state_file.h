#pragma once
// Small text files that outlive the process.

#include <string>
#include <string_view>

#include "base/result.h"

namespace evenkeel {

// Empty when there is no readable file.
std::string read_state_file(const std::string& path);
// Replaces it in one step; durable when it returns. Makes the directory.
Result<> write_state_file(const std::string& path, std::string_view text);

}  // namespace evenkeel
