#pragma once
// How a long text, such as a page of HTML, differs from what it was, so that a person can read it: the lines that
// changed.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::config {

struct TextChange {
  // Those that changed, with two lines around: "-old", "+new", " same", and before each group "@@ line 12", which is
  // the number of the line below. At most kMostLines, give or take a heading, each of kLongestLine bytes besides its
  // sign.
  std::vector<std::string> lines;
  size_t left_out = 0;  // lines beyond these
  bool operator==(const TextChange&) const = default;
};

inline constexpr size_t kMostLines = 60;
inline constexpr size_t kLongestLine = 160;

// Whether a text takes more than a line to show.
bool is_long(std::string_view text);

// "1234 bytes in 31 lines", "empty"
std::string size_in_words(std::string_view text);

// Bounded in time too: where too much is different, all of it is shown as replaced.
TextChange text_change(std::string_view from, std::string_view to);

}  // namespace evenkeel::config
