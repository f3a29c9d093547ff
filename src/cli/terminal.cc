#include "cli/terminal.h"

#include <algorithm>

#include "cli/text.h"

namespace evenkeel::cli {
namespace {

std::string_view escape_sequence(Colour colour) {
  switch (colour) {
    case Colour::kNone:
      return "";
    case Colour::kBold:
      return "\x1b[1m";
    case Colour::kDim:
      return "\x1b[2m";
    case Colour::kGreen:
      return "\x1b[32m";
    case Colour::kRed:
      return "\x1b[31m";
    case Colour::kBlue:
      return "\x1b[34m";
    case Colour::kYellow:
      return "\x1b[33m";
  }
  return "";
}

struct Forms {
  std::string_view unicode, ascii;
};

Forms forms_of(Glyph glyph) {
  switch (glyph) {
    case Glyph::kUp:
      return {"▲", "^"};
    case Glyph::kDown:
      return {"▼", "v"};
    case Glyph::kHeld:
      return {"●", "o"};
    case Glyph::kUnknown:
      return {"?", "?"};
    case Glyph::kFailed:
      return {"✖", "x"};
    case Glyph::kDegraded:
      return {"◆", "!"};
    case Glyph::kArrow:
      return {"→", "->"};
    case Glyph::kEllipsis:
      return {"…", "..."};
    case Glyph::kDot:
      return {" · ", ", "};
  }
  return {"", ""};
}

}  // namespace

std::string Terminal::paint(std::string_view text, Colour with) const {
  const std::string_view start = escape_sequence(with);
  if (!colour || start.empty() || text.empty()) {
    return std::string(text);
  }
  return std::string(start) + std::string(text) + "\x1b[0m";
}

std::string_view Terminal::glyph(Glyph which) const {
  const Forms forms = forms_of(which);
  return unicode ? forms.unicode : forms.ascii;
}

std::string Terminal::safe(std::string_view foreign) const {
  const std::string shown = printable(foreign);
  if (unicode) {
    return shown;
  }
  std::string ascii;
  for (std::string_view rest = shown; !rest.empty();) {
    const CodePoint point = first_code_point(rest);
    ascii += point.value < 0x80 ? static_cast<char>(point.value) : '?';
    rest.remove_prefix(point.length);
  }
  return ascii;
}

std::string Terminal::fitted(std::string_view text, size_t indent) const {
  if (width == 0) {
    return std::string(text);
  }
  return shortened(text, width - std::min(width, indent), glyph(Glyph::kEllipsis));
}

std::vector<std::string> Terminal::paragraph(std::string_view text, size_t indent, size_t most_lines) const {
  if (text.empty()) return {};
  std::vector<std::string> lines{std::string(text)};
  if (width > indent) lines = wrapped(text, width - indent);
  if (lines.size() > most_lines) {
    const std::string rest =
        lines[most_lines - 1] + " " + lines[most_lines];  // longer than a line: it gets its ellipsis
    lines.resize(most_lines);
    lines.back() = shortened(rest, width - indent, glyph(Glyph::kEllipsis));
  }
  for (std::string& line : lines) line.insert(0, indent, ' ');
  return lines;
}

}  // namespace evenkeel::cli
