#pragma once
// UTF-8 as a terminal sees it: what may be printed, and how many columns it takes.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::cli {

struct CodePoint {
  char32_t value = 0;  // kInvalid for a byte that is no UTF-8
  size_t length = 0;   // in bytes, at least 1
  static constexpr char32_t kInvalid = 0xFFFFFFFF;
};

// Of a text that is not empty.
CodePoint first_code_point(std::string_view text);

// False for what a terminal obeys rather than shows: C0, DEL, C1, and the characters that reverse the direction of
// text.
bool is_harmless(char32_t code_point);

// The text with everything that is not harmless, or not UTF-8, written out: "\x1b[2J", "\n", "\xff", "\u202e".
std::string printable(std::string_view text);

// The columns that a printable text takes: 0 for combining marks, 2 for East Asian wide characters and emoji.
size_t columns(std::string_view text);

// The text, or as much of it as leaves room for `ellipsis` within `width` columns.
std::string shortened(std::string_view text, size_t width, std::string_view ellipsis);

// The text in lines of at most `width` columns (at least 1), broken at spaces; a word that is longer is broken
// anywhere.
std::vector<std::string> wrapped(std::string_view text, size_t width);

}  // namespace evenkeel::cli
