#include "access/totp.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <array>
#include <chrono>

#include "access/secret.h"

namespace evenkeel::access {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr size_t kSecretCharacters = 32;  // 5 bits each
constexpr std::chrono::seconds kStep{30};
constexpr int kDigits = 6;

std::array<unsigned char, 8> big_endian(uint64_t number) {
  std::array<unsigned char, 8> bytes{};
  for (size_t index = bytes.size(); index-- > 0; number >>= 8) bytes[index] = static_cast<unsigned char>(number);
  return bytes;
}

}  // namespace

std::string new_totp_secret() {
  std::string secret;
  while (secret.size() < kSecretCharacters) {
    secret += kAlphabet[randombytes_uniform(static_cast<uint32_t>(kAlphabet.size()))];
  }
  return secret;
}

std::string totp_url(std::string_view user, std::string_view secret) {
  return fmt::format("otpauth://totp/Evenkeel:{}?secret={}&issuer=Evenkeel", user, secret);
}

std::string totp_code(std::string_view key, int64_t step) {
  const auto counter = big_endian(static_cast<uint64_t>(step));
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), counter.data(), counter.size(), mac.data(), &length);
  const size_t offset = mac[length - 1] & 0xf;
  const uint32_t number = (uint32_t{mac[offset]} & 0x7f) << 24 | uint32_t{mac[offset + 1]} << 16 |
                          uint32_t{mac[offset + 2]} << 8 | uint32_t{mac[offset + 3]};
  return fmt::format("{:0{}}", number % 1'000'000, kDigits);
}

std::optional<std::string> decode_base32(std::string_view text) {
  std::string bytes;
  uint32_t held = 0;
  int bits = 0;
  for (const char character : text) {
    const size_t value = kAlphabet.find(character);
    if (value == std::string_view::npos) return std::nullopt;
    held = held << 5 | static_cast<uint32_t>(value);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits);
  }
  return bytes;
}

std::optional<int64_t> match_totp(std::string_view secret, std::string_view code, WallTime now, int64_t used) {
  const auto key = decode_base32(secret);
  if (!key) return std::nullopt;
  const int64_t current = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()) / kStep;
  for (const int64_t step : {current, current - 1, current + 1}) {
    if (step > used && is_same_secret(totp_code(*key, step), code)) return step;
  }
  return std::nullopt;
}

}  // namespace evenkeel::access
