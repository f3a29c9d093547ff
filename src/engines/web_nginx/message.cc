#include "engines/web_nginx/message.h"

#include <fmt/format.h>
#include <time.h>

#include <array>
#include <utility>

namespace evenkeel::engines::web_nginx {
namespace {

using observed::LogLevel;

constexpr std::array kLevels{std::pair("debug", LogLevel::kDebug), std::pair("info", LogLevel::kInfo),
                             std::pair("notice", LogLevel::kInfo), std::pair("warn", LogLevel::kWarning),
                             std::pair("error", LogLevel::kError), std::pair("crit", LogLevel::kError),
                             std::pair("alert", LogLevel::kError), std::pair("emerg", LogLevel::kError)};

// Takes it off the line, if it begins with one.
std::optional<WallTime> take_time(std::string_view& line) {
  constexpr std::string_view kForm = "2026/11/26 07:00:00 ";
  if (line.size() < kForm.size()) return std::nullopt;
  tm parts{};
  const std::string text(line.substr(0, kForm.size()));
  const char* const end = ::strptime(text.c_str(), "%Y/%m/%d %H:%M:%S ", &parts);
  if (end != text.c_str() + text.size()) return std::nullopt;
  line.remove_prefix(kForm.size());
  parts.tm_isdst = -1;
  return std::chrono::system_clock::from_time_t(::mktime(&parts));
}

std::optional<LogLevel> take_level(std::string_view& line) {
  for (const auto& [word, level] : kLevels) {
    const std::string mark = fmt::format("[{}] ", word);
    if (!line.starts_with(mark)) continue;
    line.remove_prefix(mark.size());
    return level;
  }
  return std::nullopt;
}

}  // namespace

observed::LogLine parse_message(const std::string& speaker, std::string_view line, std::optional<WallTime> at) {
  constexpr std::string_view kProgram = "nginx: ";  // where it prints instead
  if (line.starts_with(kProgram)) line.remove_prefix(kProgram.size());
  if (const auto said_at = take_time(line)) at = said_at;
  const auto level = take_level(line);
  return {at, level, fmt::format("{}: {}", speaker, line)};
}

}  // namespace evenkeel::engines::web_nginx
