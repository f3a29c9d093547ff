#include "base/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <iterator>

namespace evenkeel {
namespace {

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool is_white_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t padding_of(std::string_view text) {
  return text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL writes a terminating zero
  const int size = EVP_EncodeBlock(bytes_of(text), bytes_of(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

std::string to_base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  text.resize(text.size() - padding_of(text));
  return text;
}

std::optional<std::string> from_base64(std::string_view text, WhiteSpace white_space) {
  if (white_space == WhiteSpace::kPassedOver) {
    std::string letters;
    std::ranges::copy_if(text, std::back_inserter(letters), [](char c) { return !is_white_space(c); });
    return from_base64(letters);
  }
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  const int size = EVP_DecodeBlock(bytes_of(bytes), bytes_of(text), static_cast<int>(text.size()));
  // OpenSSL passes over white space at both ends, and does not look at the padding, which it counts as zeros.
  if (size < 0 || static_cast<size_t>(size) != text.size() / 4 * 3) return std::nullopt;
  bytes.resize(static_cast<size_t>(size) - padding_of(text));
  if (to_base64(bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace evenkeel
