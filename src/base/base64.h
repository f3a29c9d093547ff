#pragma once
// Bytes as text (RFC 4648), by OpenSSL.

#include <optional>
#include <string>
#include <string_view>

namespace evenkeel {

std::string to_base64(std::string_view bytes);

// For URLs, without padding.
std::string to_base64url(std::string_view bytes);

// What tools such as base64(1) break lines with.
enum class WhiteSpace { kRefused, kPassedOver };

// Only what to_base64() writes: all of its padding, and no bits that stand for nothing. None: it is no such text.
std::optional<std::string> from_base64(std::string_view text, WhiteSpace white_space = WhiteSpace::kRefused);

}  // namespace evenkeel
