#pragma once
// The words in which a probe says what it saw.

#include <chrono>
#include <string>
#include <string_view>

#include "health/probe.h"

namespace evenkeel::health {

std::string milliseconds_text(std::chrono::nanoseconds duration);  // "0.3 ms"
std::string timeout_text(std::chrono::milliseconds timeout);       // "5 s", "1.5 s", "200 ms"

inline std::chrono::microseconds in_microseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration);
}

// The first 80 bytes on one line: runs of white space become one space, what cannot be printed becomes '?'.
std::string excerpt(std::string_view bytes);

// Trouble of our own: "not checked: Too many open files".
ProbeResult not_checked(std::string_view why);
ProbeResult not_checked(int error_number);

// Errors that say something about this machine whenever they come: descriptors, memory, buffers, permissions.
bool is_local_trouble(int error_number);

}  // namespace evenkeel::health
