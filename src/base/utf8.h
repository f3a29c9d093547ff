#pragma once
// Whether bytes from outside are text.

#include <string_view>

namespace evenkeel {

// Shortest forms only, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace evenkeel
