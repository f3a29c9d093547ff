#include "access/secret.h"

#include <sodium.h>

#include <array>
#include <cstdlib>
#include <span>
#include <vector>

#include "base/base64.h"

namespace evenkeel::access {
namespace {

// Only fails where the kernel has no random numbers: nothing can be done safely then.
void prepare() {
  static const int ready = sodium_init();
  if (ready < 0) std::abort();
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string_view text_of(std::span<const unsigned char> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string random_text(size_t bytes) {
  prepare();
  std::vector<unsigned char> random(bytes);
  randombytes_buf(random.data(), random.size());
  return to_base64url(text_of(random));
}

std::string fingerprint(std::string_view secret) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), bytes_of(secret), secret.size());
  return to_base64url(text_of(hash));
}

bool is_same_secret(std::string_view left, std::string_view right) {
  return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string csrf_token_of(std::string_view session_token) {
  constexpr std::string_view kPurpose = "evenkeel csrf";
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(session_token), session_token.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(kPurpose), kPurpose.size());
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  crypto_auth_hmacsha256_final(&state, mac.data());
  return to_base64url(text_of(mac));
}

}  // namespace evenkeel::access
