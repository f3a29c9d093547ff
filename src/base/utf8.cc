#include "base/utf8.h"

#include <algorithm>

namespace evenkeel {
namespace {

// The length of the UTF-8 sequence at the start of `text`, 0 if there is no valid one.
size_t sequence_length(std::string_view text) {
  const auto first = static_cast<uint8_t>(text[0]);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  if (!std::all_of(text.begin() + 1, text.begin() + static_cast<ptrdiff_t>(length), is_continuation)) return 0;
  const auto second = static_cast<uint8_t>(text[1]);
  if (first == 0xe0 && second < 0xa0) return 0;  // could be shorter
  if (first == 0xf0 && second < 0x90) return 0;
  if (first == 0xed && second > 0x9f) return 0;  // a surrogate
  if (first == 0xf4 && second > 0x8f) return 0;  // beyond U+10FFFF
  return length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view start_of(std::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  size_t length = limit;
  while (length > 0 && is_continuation(text[length])) --length;
  return text.substr(0, length);
}

std::string readable(std::string_view text) {
  const bool is_text = is_utf8(text);
  std::string readable(text);
  for (char& c : readable) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < ' ' || byte == 0x7f || (byte > 0x7f && !is_text)) c = ' ';
  }
  return readable;
}

}  // namespace evenkeel
