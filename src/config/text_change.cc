#include "config/text_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <ranges>
#include <span>

#include "base/utf8.h"

namespace evenkeel::config {
namespace {

constexpr size_t kLongestShort = 200;
constexpr size_t kAround = 2;              // lines that are the same, before and after a group
constexpr size_t kMostCompared = 250'000;  // pairs of lines

struct Line {
  std::string_view text;
  size_t number = 0;
};
using Lines = std::vector<Line>;

// A page without line ends is broken where its elements, styles and statements end: else any change of it would be one
// of its only line.
void add_broken(Line line, Lines& lines) {
  while (line.text.size() > kLongestLine) {
    const size_t end = line.text.find_first_of(">;}");
    if (end >= line.text.size() - 1) break;
    lines.push_back({line.text.substr(0, end + 1), line.number});
    line.text.remove_prefix(end + 1);
  }
  lines.push_back(line);
}

Lines lines_of(std::string_view text) {
  Lines lines;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    add_broken({text.substr(0, end), number}, lines);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

struct Edit {
  char sign = ' ';
  Line line;
};
using Edits = std::vector<Edit>;
using Part = std::span<const Line>;

void add_all(char sign, Part part, Edits& edits) {
  for (const Line& line : part) edits.push_back({sign, line});
}

// How many lines the rests of both have in common, from each pair of places on.
class Common {
 public:
  Common(Part from, Part to) : width_(to.size() + 1), lengths_((from.size() + 1) * width_) {
    for (size_t i = from.size(); i-- > 0;) {
      for (size_t j = to.size(); j-- > 0;) {
        at(i, j) = from[i].text == to[j].text ? static_cast<uint16_t>(at(i + 1, j + 1) + 1)
                                              : std::max(at(i + 1, j), at(i, j + 1));
      }
    }
  }
  uint16_t& at(size_t i, size_t j) { return lengths_[i * width_ + j]; }

 private:
  size_t width_;
  std::vector<uint16_t> lengths_;
};

// By the longest common subsequence of lines.
void compare_closely(Part from, Part to, Edits& edits) {
  Common common(from, to);
  size_t i = 0, j = 0;
  while (i < from.size() && j < to.size()) {
    if (from[i].text == to[j].text) {
      edits.push_back({' ', to[j++]});
      ++i;
    } else if (common.at(i + 1, j) >= common.at(i, j + 1)) {
      edits.push_back({'-', from[i++]});
    } else {
      edits.push_back({'+', to[j++]});
    }
  }
  add_all('-', from.subspan(i), edits);
  add_all('+', to.subspan(j), edits);
}

Edits edits_between(Part from, Part to) {
  const auto is_same = [](const Line& left, const Line& right) { return left.text == right.text; };
  const auto head = static_cast<size_t>(std::ranges::mismatch(from, to, is_same).in1 - from.begin());
  const auto reversed_from = from.subspan(head) | std::views::reverse,
             reversed_to = to.subspan(head) | std::views::reverse;
  const auto tail =
      static_cast<size_t>(std::ranges::mismatch(reversed_from, reversed_to, is_same).in1 - reversed_from.begin());
  const Part old_middle = from.subspan(head, from.size() - head - tail),
             new_middle = to.subspan(head, to.size() - head - tail);
  Edits edits;
  add_all(' ', to.first(head), edits);
  if (old_middle.size() * new_middle.size() <= kMostCompared) {
    compare_closely(old_middle, new_middle, edits);
  } else {
    add_all('-', old_middle, edits);
    add_all('+', new_middle, edits);
  }
  add_all(' ', to.last(tail), edits);
  return edits;
}

std::vector<bool> shown_of(const Edits& edits) {
  std::vector<bool> shown(edits.size());
  for (size_t i = 0; i < edits.size(); ++i) {
    if (edits[i].sign == ' ') continue;
    const size_t begin = i - std::min(i, kAround), end = std::min(i + kAround + 1, edits.size());
    std::fill(shown.begin() + static_cast<ptrdiff_t>(begin), shown.begin() + static_cast<ptrdiff_t>(end), true);
  }
  return shown;
}

std::string text_of(const Edit& edit) {
  const auto start = start_of(edit.line.text, kLongestLine);
  return fmt::format("{}{}{}", edit.sign, start, start.size() < edit.line.text.size() ? "…" : "");
}

}  // namespace

bool is_long(std::string_view text) {
  return text.size() > kLongestShort || text.find('\n') != std::string_view::npos;
}

std::string size_in_words(std::string_view text) {
  if (text.empty()) return "empty";
  const auto ends = static_cast<size_t>(std::ranges::count(text, '\n'));
  const size_t lines = ends + (text.ends_with('\n') ? 0 : 1);
  return fmt::format("{} {} in {} {}", text.size(), text.size() == 1 ? "byte" : "bytes", lines,
                     lines == 1 ? "line" : "lines");
}

TextChange text_change(std::string_view from, std::string_view to) {
  const Lines old_lines = lines_of(from), new_lines = lines_of(to);
  const Edits edits = edits_between(old_lines, new_lines);
  const auto shown = shown_of(edits);
  TextChange change;
  for (size_t i = 0; i < edits.size(); ++i) {
    if (!shown[i]) continue;
    if (change.lines.size() >= kMostLines) {
      ++change.left_out;
      continue;
    }
    if (i == 0 || !shown[i - 1]) change.lines.push_back(fmt::format("@@ line {}", edits[i].line.number));
    change.lines.push_back(text_of(edits[i]));
  }
  return change;
}

}  // namespace evenkeel::config
