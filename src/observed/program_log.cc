#include "observed/program_log.h"

#include <algorithm>
#include <cctype>
#include <ranges>

#include "base/utf8.h"
#include "model/json.h"

namespace evenkeel::observed {
namespace json = boost::json;
namespace {

constexpr size_t kLongestText = 4096;

bool is_same_letter(char left, char right) {
  return std::tolower(static_cast<unsigned char>(left)) == std::tolower(static_cast<unsigned char>(right));
}

bool has(const std::string& text, std::string_view part) {
  return part.empty() || !std::ranges::search(text, part, is_same_letter).empty();
}

}  // namespace

void ProgramLog::add(LogLine line) {
  line.text = readable(model::mask_secrets(line.text));
  line.text.resize(start_of(line.text, kLongestText).size());
  const std::scoped_lock lock(mutex_);
  bytes_ += line.text.size();
  lines_.push_back(std::move(line));
  ++last_id_;
  while (lines_.size() > most_lines_ || bytes_ > most_bytes_) {
    bytes_ -= lines_.front().text.size();
    lines_.pop_front();
  }
}

uint64_t ProgramLog::last_id() const {
  const std::scoped_lock lock(mutex_);
  return last_id_;
}

LogPage ProgramLog::after(uint64_t id, std::string_view contains, size_t limit) const {
  const std::scoped_lock lock(mutex_);
  LogPage page{{}, last_id_, false};
  uint64_t at = last_id_;
  for (const LogLine& line : lines_ | std::views::reverse) {
    if (at-- <= id) break;
    if (!has(line.text, contains)) continue;
    page.more = page.lines.size() == limit;
    if (page.more) break;
    page.lines.push_back(line);
  }
  std::ranges::reverse(page.lines);
  return page;
}

const char* to_string(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

json::object to_json(const LogLine& line) {
  return {{"time", line.at ? json::value(json::string(to_iso8601(*line.at))) : json::value()},
          {"level", line.level ? json::value(to_string(*line.level)) : json::value()},
          {"text", line.text}};
}

}  // namespace evenkeel::observed
