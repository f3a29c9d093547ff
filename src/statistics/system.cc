#include "statistics/system.h"

#include <charconv>

#include "base/state_file.h"

namespace evenkeel::statistics {
namespace {

// The number that the text begins with, after spaces; what follows is left in `text`.
template <class Number>
std::optional<Number> take_number(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

// "MemTotal:       16314572 kB"
std::optional<uint64_t> bytes_of(std::string_view memory, std::string_view name) {
  constexpr uint64_t kKilobyte = 1024;
  const size_t at = memory.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  memory.remove_prefix(at + name.size());
  return take_number<uint64_t>(memory).transform([](uint64_t kilobytes) { return kilobytes * kKilobyte; });
}

}  // namespace

std::optional<System> parse_system(std::string_view load, std::string_view memory, std::string_view uptime) {
  System system;
  for (double& average : system.load) {
    const auto number = take_number<double>(load);
    if (!number) return std::nullopt;
    average = *number;
  }
  const auto total = bytes_of(memory, "MemTotal:");
  const auto available = bytes_of(memory, "MemAvailable:");
  const auto seconds = take_number<double>(uptime);
  if (!total || !available || !seconds || *seconds < 0) return std::nullopt;
  system.memory_total = *total;
  system.memory_available = std::min(*available, *total);
  system.uptime_seconds = static_cast<uint64_t>(*seconds);
  return system;
}

Result<System> read_system() {
  const auto system =
      parse_system(read_state_file("/proc/loadavg"), read_state_file("/proc/meminfo"), read_state_file("/proc/uptime"));
  if (!system) return fail(ErrorCode::kUnsupported, "the kernel does not tell its load and memory", "/proc");
  return *system;
}

}  // namespace evenkeel::statistics
