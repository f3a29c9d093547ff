#include "health/simple_text.h"

#include <charconv>

namespace evenkeel::health {

std::string unescaped(std::string_view text) {
  constexpr std::string_view kLetters = "nrt\\";
  constexpr std::string_view kBytes = "\n\r\t\\";
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i + 1);
    const size_t letter = text[i] == '\\' && !rest.empty() ? kLetters.find(rest[0]) : std::string_view::npos;
    unsigned byte = 0;
    if (letter != std::string_view::npos) {
      result += kBytes[letter];
      ++i;
    } else if (text[i] == '\\' && rest.size() >= 3 && rest[0] == 'x' &&
               std::from_chars(rest.data() + 1, rest.data() + 3, byte, 16).ptr == rest.data() + 3) {
      result += static_cast<char>(byte);
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace evenkeel::health
