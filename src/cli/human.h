#pragma once
// Numbers and times as people say them.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace evenkeel::cli {

std::string grouped(uint64_t number);                  // "1,048,572"
std::string human_count(uint64_t number);              // "9,876", "12.3 k", "4.5 M"
std::string human_bytes(uint64_t bytes);               // "512 B", "4.5 kB", "3.0 MB" (decimal)
std::string human_age(std::chrono::milliseconds age);  // "0 s", "42 s", "2 min", "5 h", "3 days"
// "90s", "10m", "2h", "1d" or "600", which is seconds. None: it is no such time.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);
std::string minutes_seconds(uint64_t seconds);        // "04:18"; "75:00" above an hour
std::string human_milliseconds(double milliseconds);  // "0.3 ms", "12 ms", "5.0 s"

// "2026-01-31T08:00:00.000Z", the only form that the API writes.
std::optional<WallTime> parse_iso8601(std::string_view text);
// The same moment for people, in the local time zone: "2026-01-31 08:00:00"; the text itself if it is no such time.
std::string local_time(std::string_view iso8601);

}  // namespace evenkeel::cli
