#include "health/agent_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "health/reason.h"

namespace evenkeel::health {
namespace {

constexpr int kAll = 100;

std::string_view first_line(std::string_view text) {
  text = text.substr(0, kLongestAgentAnswer);
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin);
  text = text.substr(0, text.find_first_of("\r\n"));
  return text.substr(0, text.find('#'));
}

std::string lower(std::string_view word) {
  std::string result(word);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

// "75%", "75.5%", and "75" where that counts. More than all is all.
std::optional<int> parse_percent(std::string_view word, BareNumber bare_number) {
  if (word.ends_with('%')) {
    word.remove_suffix(1);
  } else if (bare_number == BareNumber::kIsNothing) {
    return std::nullopt;
  }
  unsigned number = 0;
  const char* const end = word.data() + word.size();
  const auto [stopped, error] = std::from_chars(word.data(), end, number);
  if (error == std::errc::invalid_argument) return std::nullopt;
  const bool is_fraction =
      stopped != end && *stopped == '.' && std::all_of(stopped + 1, end, [](char c) { return c >= '0' && c <= '9'; });
  if (stopped != end && !is_fraction) return std::nullopt;
  return error == std::errc::result_out_of_range ? kAll : static_cast<int>(std::min(number, unsigned{kAll}));
}

// False: the word means nothing here.
bool take_word(std::string_view word, BareNumber bare_number, AgentReport& report) {
  if (word == "up") {
    report.is_up = true;
  } else if (word == "down" || word == "fail" || word == "stopped") {
    report.is_up = false;
  } else if (word == "ready") {
    report.mode = AgentMode::kReady;
  } else if (word == "drain") {
    report.mode = AgentMode::kDrain;
  } else if (word == "maint") {
    report.mode = AgentMode::kMaint;
  } else if (const auto percent = parse_percent(word, bare_number)) {
    report.percent = percent;
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::expected<AgentReport, std::string> parse_agent_report(std::string_view text, BareNumber bare_number) {
  constexpr std::string_view kSeparators = " \t,";
  const std::string line = lower(first_line(text));
  if (line.empty()) return std::unexpected("its answer is empty");
  AgentReport report;
  bool has_meaning = false;
  for (size_t at = line.find_first_not_of(kSeparators); at != std::string::npos;) {
    const size_t end = std::min(line.find_first_of(kSeparators, at), line.size());
    has_meaning |= take_word(std::string_view(line).substr(at, end - at), bare_number, report);
    at = line.find_first_not_of(kSeparators, end);
  }
  if (has_meaning) return report;
  return std::unexpected(
      fmt::format("\"{}\" is nothing that an agent says, such as \"75%\" or \"drain\"", excerpt(line)));
}

void AgentState::take(const AgentReport& report) {
  is_up = report.is_up.value_or(is_up);
  mode = report.mode.value_or(mode);
  if (report.percent) percent = report.percent;
}

}  // namespace evenkeel::health
