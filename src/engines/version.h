#pragma once
// Which version of another's program is here.

#include <string>
#include <string_view>

namespace evenkeel::engines {

// What `PROGRAM -v` says behind `mark`, up to the next space; empty when it says no such thing. Starts a process.
std::string version_of(const std::string& program, std::string_view mark);

}  // namespace evenkeel::engines
