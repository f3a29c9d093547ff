#pragma once
// Whether bytes from outside are text, and where that may be cut.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel {

// Shortest forms only, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);

// A byte of a sequence after its first.
inline bool is_continuation(char byte) {
  return (static_cast<uint8_t>(byte) & 0xc0) == 0x80;
}

// At most `limit` bytes; cuts no sequence in two.
std::string_view start_of(std::string_view text, size_t limit);

// What others quote may be any bytes, but JSON has to be text: control characters become spaces, and so does all beyond
// ASCII where it is not UTF-8.
std::string readable(std::string_view text);

}  // namespace evenkeel
