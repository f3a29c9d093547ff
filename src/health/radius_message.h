#pragma once
// RADIUS (RFC 2865): an Access-Request with user and password, and its answer. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::health::radius {

inline constexpr int kAccept = 2, kReject = 3, kChallenge = 11;

struct Request {
  std::string bytes;
  std::string authenticator;  // 16 bytes
};

// authenticator: 16 random bytes. Password up to 128 bytes.
Request render_request(uint8_t id, std::string_view authenticator, std::string_view login, std::string_view password,
                       std::string_view secret);

// The code of an answer to that request that was made with the secret; none: it is not one.
std::optional<int> parse_answer(std::string_view message, const Request& request, std::string_view secret);
// With the right number, but made with another secret.
bool is_signed_otherwise(std::string_view message, const Request& request, std::string_view secret);
std::string reply_message(std::string_view message);  // Reply-Message, if there is one

}  // namespace evenkeel::health::radius
