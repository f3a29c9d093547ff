#include "engines/l7_haproxy/blame.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace evenkeel::engines::l7_haproxy {
namespace {

struct Origin {
  std::string label;    // of the virtual service
  int manual_line = 0;  // 0: the line is one of ours
};

std::optional<Origin> origin_of(int line, std::string_view file) {
  std::optional<Origin> origin;
  int manual = 0;
  for (int number = 1; number <= line && !file.empty(); ++number) {
    const size_t end = std::min(file.find('\n'), file.size() - 1);
    const std::string_view text = file.substr(0, end);
    file.remove_prefix(end + 1);
    const bool begins_section = !text.empty() && text.front() != ' ' && text.front() != '#';
    if (begins_section) {
      origin.reset();
      manual = 0;
    }
    for (const std::string_view kind : {"listen ", "backend "}) {
      const auto label = text.substr(std::min(kind.size(), text.size()));
      if (text.starts_with(kind)) origin = Origin{std::string(label.substr(0, label.find(':'))), 0};
    }
    if (text == kManualMark) manual = number;
    if (number == line && origin && manual != 0) origin->manual_line = number - manual;
  }
  return origin;
}

}  // namespace

std::map<std::string, std::string> blamed_by_line(const std::string& words, const std::string& file) {
  constexpr std::string_view kPlace = ".cfg:";
  std::map<std::string, std::string> blamed;
  for (size_t at = words.find(kPlace); at != std::string::npos; at = words.find(kPlace, at + 1)) {
    int line = 0;
    std::from_chars(words.data() + at + kPlace.size(), words.data() + words.size(), line);
    const auto origin = origin_of(line, file);
    if (!origin) continue;
    const auto place =
        origin->manual_line == 0 ? "" : fmt::format("line {} of manual_configuration: ", origin->manual_line);
    blamed.emplace(origin->label, place + words);
  }
  return blamed;
}

}  // namespace evenkeel::engines::l7_haproxy
