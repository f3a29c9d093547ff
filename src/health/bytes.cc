#include "health/bytes.h"

#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace evenkeel::health {
namespace {

const unsigned char* data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string text(const std::array<unsigned char, EVP_MAX_MD_SIZE>& bytes, unsigned size) {
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

}  // namespace

std::string random_bytes(size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    throw std::runtime_error("no random numbers");
  }
  return bytes;
}

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> result{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), result.data(), &size, kind, nullptr) != 1) {
    throw std::runtime_error("a digest that OpenSSL does not have");
  }
  return text(result, size);
}

std::string keyed_digest(const EVP_MD* kind, std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> result{};
  unsigned size = 0;
  if (HMAC(kind, key.data(), static_cast<int>(key.size()), data(bytes), bytes.size(), result.data(), &size) ==
      nullptr) {
    throw std::runtime_error("a digest that OpenSSL does not have");
  }
  return text(result, size);
}

}  // namespace evenkeel::health
