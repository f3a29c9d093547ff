#pragma once
// What the place that output goes to can show: colours, symbols, columns. A value, found out once by main().

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::cli {

enum class Colour { kNone, kBold, kDim, kGreen, kRed, kBlue, kYellow };

enum class Glyph { kUp, kDown, kHeld, kUnknown, kFailed, kDegraded, kArrow, kEllipsis, kDot };

struct Terminal {
  bool colour = false;
  bool unicode = true;
  size_t width = 0;  // columns; 0: not a terminal, no limit

  std::string paint(std::string_view text, Colour with) const;
  std::string_view glyph(Glyph which) const;
  // Text that came from elsewhere, made safe to print here.
  std::string safe(std::string_view foreign) const;
  // Cut to what is left of a line after `indent` columns.
  std::string fitted(std::string_view text, size_t indent) const;
  // The same in up to `most_lines` lines, each moved in by `indent` columns; none of an empty text.
  std::vector<std::string> paragraph(std::string_view text, size_t indent, size_t most_lines) const;
};

}  // namespace evenkeel::cli
