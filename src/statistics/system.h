#pragma once
// The machine's load, memory and uptime, as its kernel tells them.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace evenkeel::statistics {

struct System {
  std::array<double, 3> load{};                     // averages of 1, 5 and 15 minutes
  uint64_t memory_total = 0, memory_available = 0;  // bytes
  uint64_t uptime_seconds = 0;                      // of the machine
};

// Reads three small files of /proc, which blocks for no time to speak of.
Result<System> read_system();

// The texts of /proc/loadavg, /proc/meminfo and /proc/uptime. None: they are not what the kernel writes.
std::optional<System> parse_system(std::string_view load, std::string_view memory, std::string_view uptime);

}  // namespace evenkeel::statistics
