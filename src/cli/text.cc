#include "cli/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/utf8.h"

namespace evenkeel::cli {
namespace {

struct Span {
  char32_t first, last;
};

template <size_t N>
bool contains(const std::array<Span, N>& spans, char32_t point) {
  return std::any_of(spans.begin(), spans.end(),
                     [point](const Span& span) { return point >= span.first && point <= span.last; });
}

// From Unicode's EastAsianWidth.txt (W and F) and the combining blocks, by block rather than by character: a rare
// character that is measured wrongly costs a column, nothing more.
constexpr std::array<Span, 14> kWide{{{0x1100, 0x115F},
                                      {0x2E80, 0x303E},
                                      {0x3041, 0x33FF},
                                      {0x3400, 0x4DBF},
                                      {0x4E00, 0x9FFF},
                                      {0xA000, 0xA4CF},
                                      {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},
                                      {0xFE30, 0xFE6F},
                                      {0xFF00, 0xFF60},
                                      {0xFFE0, 0xFFE6},
                                      {0x1F300, 0x1F64F},
                                      {0x1F900, 0x1F9FF},
                                      {0x20000, 0x3FFFD}}};
constexpr std::array<Span, 8> kCombining{{{0x0300, 0x036F},
                                          {0x0483, 0x0489},
                                          {0x0591, 0x05BD},
                                          {0x1AB0, 0x1AFF},
                                          {0x1DC0, 0x1DFF},
                                          {0x200B, 0x200D},
                                          {0x20D0, 0x20FF},
                                          {0xFE00, 0xFE0F}}};
constexpr std::array<Span, 6> kObeyed{
    {{0x00, 0x1F}, {0x7F, 0x9F}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}}};

size_t column_count(char32_t point) {
  if (contains(kCombining, point)) {
    return 0;
  }
  return contains(kWide, point) ? 2 : 1;
}

// The length in bytes of the longest start of `text` that takes at most `width` columns, and at least one character.
size_t length_that_fits(std::string_view text, size_t width) {
  size_t length = 0;
  size_t used = 0;
  while (length < text.size()) {
    const CodePoint point = first_code_point(text.substr(length));
    used += column_count(point.value);
    if (used > width && length > 0) break;
    length += point.length;
  }
  return length;
}

std::string written_out(const CodePoint& point, std::string_view bytes) {
  switch (point.value) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  if (point.value != CodePoint::kInvalid && point.value > 0xFF) {
    return fmt::format("\\u{:04x}", static_cast<uint32_t>(point.value));
  }
  const uint32_t number =
      point.value == CodePoint::kInvalid ? static_cast<unsigned char>(bytes[0]) : static_cast<uint32_t>(point.value);
  return fmt::format("\\x{:02x}", number);
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const CodePoint invalid{CodePoint::kInvalid, 1};
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) {
    return {lead, 1};
  }
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) {
    return invalid;
  }
  char32_t value = lead & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) {
      return invalid;
    }
    value = (value << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[length] || value > 0x10FFFF || is_surrogate) {
    return invalid;
  }
  return {value, length};
}

bool is_harmless(char32_t code_point) {
  return code_point != CodePoint::kInvalid && !contains(kObeyed, code_point);
}

std::string printable(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const std::string_view bytes = text.substr(0, point.length);
    safe += is_harmless(point.value) ? std::string(bytes) : written_out(point, bytes);
    text.remove_prefix(point.length);
  }
  return safe;
}

size_t columns(std::string_view text) {
  size_t count = 0;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    count += column_count(point.value);
    text.remove_prefix(point.length);
  }
  return count;
}

std::string shortened(std::string_view text, size_t width, std::string_view ellipsis) {
  if (columns(text) <= width) {
    return std::string(text);
  }
  if (width < columns(ellipsis)) {
    return {};
  }
  const size_t room = width - columns(ellipsis);
  std::string start(text.substr(0, room == 0 ? 0 : length_that_fits(text, room)));
  start.erase(start.find_last_not_of(' ') + 1);
  return start + std::string(ellipsis);
}

std::vector<std::string> wrapped(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  while (columns(text) > width) {
    size_t length = length_that_fits(text, std::max<size_t>(width, 1));
    const size_t space = text.substr(0, length + 1).rfind(' ');
    if (space != std::string_view::npos && space > 0) length = space;
    lines.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  if (!text.empty()) lines.emplace_back(text);
  return lines;
}

}  // namespace evenkeel::cli
