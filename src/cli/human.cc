#include "cli/human.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <ctime>

namespace evenkeel::cli {
namespace {

std::string scaled(double value, std::string_view unit) {
  constexpr std::array<std::string_view, 7> kPrefixes{"", "k", "M", "G", "T", "P", "E"};
  size_t power = 0;
  while (value >= 999.95 && power + 1 < kPrefixes.size()) {
    value /= 1000;
    ++power;
  }
  return fmt::format("{:.1f} {}{}", value, kPrefixes[power], unit);
}

// The digits at `position`, if there are `length` of them.
std::optional<int> digits(std::string_view text, size_t position, size_t length) {
  int number = 0;
  const char* end = text.data() + position + length;
  const auto [stop, error] = std::from_chars(text.data() + position, end, number);
  return error == std::errc() && stop == end && number >= 0 ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string grouped(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t position = text.size(); position > 3;) {
    position -= 3;
    text.insert(position, 1, ',');
  }
  return text;
}

std::string human_count(uint64_t number) {
  return number < 10'000 ? grouped(number) : scaled(static_cast<double>(number), "");
}

std::string human_bytes(uint64_t bytes) {
  return bytes < 1'000 ? fmt::format("{} B", bytes) : scaled(static_cast<double>(bytes), "B");
}

std::string human_age(std::chrono::milliseconds age) {
  using namespace std::chrono_literals;
  if (age < 60s) {
    return fmt::format("{} s", std::max<int64_t>(0, age / 1s));
  }
  if (age < 60min) {
    return fmt::format("{} min", age / 1min);
  }
  return age < 48h ? fmt::format("{} h", age / 1h) : fmt::format("{} days", age / 24h);
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  constexpr int64_t kMost = 1'000'000'000;
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || number > kMost) return std::nullopt;
  const std::string_view unit(end, text.data() + text.size());
  if (unit.empty() || unit == "s") return std::chrono::seconds(number);
  if (unit == "m") return std::chrono::minutes(number);
  if (unit == "h") return std::chrono::hours(number);
  if (unit == "d") return std::chrono::hours(24 * number);
  return std::nullopt;
}

std::string minutes_seconds(uint64_t seconds) {
  return fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
}

std::string human_milliseconds(double milliseconds) {
  if (milliseconds < 10) {
    return fmt::format("{:.1f} ms", milliseconds);
  }
  return milliseconds < 1000 ? fmt::format("{:.0f} ms", milliseconds) : fmt::format("{:.1f} s", milliseconds / 1000);
}

std::optional<WallTime> parse_iso8601(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd.dddZ";
  if (text.size() != kForm.size()) {
    return std::nullopt;
  }
  for (size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] != 'd' && kForm[i] != text[i]) {
      return std::nullopt;
    }
  }
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  const auto millisecond = digits(text, 20, 3);
  if (!year || !month || !day || !hour || !minute || !second || !millisecond) {
    return std::nullopt;
  }
  std::tm parts{};
  parts.tm_year = *year - 1900;
  parts.tm_mon = *month - 1;
  parts.tm_mday = *day;
  parts.tm_hour = *hour;
  parts.tm_min = *minute;
  parts.tm_sec = *second;
  return std::chrono::system_clock::from_time_t(timegm(&parts)) + std::chrono::milliseconds(*millisecond);
}

std::string local_time(std::string_view iso8601) {
  const auto time = parse_iso8601(iso8601);
  if (!time) {
    return std::string(iso8601);
  }
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(std::chrono::system_clock::to_time_t(*time)));
}

}  // namespace evenkeel::cli
