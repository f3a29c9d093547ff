#pragma once
// Command lines for people to paste into a shell. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::health {

// One word as a POSIX shell reads it back, whatever is in it but NUL; quoted only where that is needed.
std::string shell_quoted(std::string_view word);

// The words, each quoted, with a space between them.
std::string command_line(const std::vector<std::string>& words);

}  // namespace evenkeel::health
