#include "cli/url.h"

namespace evenkeel::cli {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  const bool is_dots = text == "." || text == "..";  // would be taken for a step up the path
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c) && !is_dots) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kDigits[byte >> 4U], kDigits[byte & 0xFU]};
    }
  }
  return encoded;
}

}  // namespace

Url& Url::segment(std::string_view name) {
  text_ += "/" + percent_encoded(name);
  return *this;
}

Url& Url::query(std::string_view name, std::string_view value) {
  text_ += (has_query_ ? "&" : "?") + percent_encoded(name) + "=" + percent_encoded(value);
  has_query_ = true;
  return *this;
}

}  // namespace evenkeel::cli
