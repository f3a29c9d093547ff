#pragma once
// Codes that change every 30 seconds (RFC 6238: HMAC-SHA-1, six digits), as phones show them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace evenkeel::access {

std::string new_totp_secret();  // 160 random bits in base32

// "otpauth://totp/...", what a phone reads as a QR code. `user` as names of users are.
std::string totp_url(std::string_view user, std::string_view secret);

// RFC 4226 for one step; `key` as bytes.
std::string totp_code(std::string_view key, int64_t step);

// None when it is no base32.
std::optional<std::string> decode_base32(std::string_view text);

// The step that the code belongs to: now, or one before or after. None: it is wrong, or not younger than `used`, the
// step of the last one that was taken: each counts once.
std::optional<int64_t> match_totp(std::string_view secret, std::string_view code, WallTime now, int64_t used);

}  // namespace evenkeel::access
