#pragma once
// Numbers in messages, and hashes over them.

#include <openssl/evp.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace evenkeel::health {

// Little-endian; the caller makes sure that the bytes are there.
inline uint64_t little(std::string_view bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

inline void append_little(std::string& bytes, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
}

inline uint32_t big(std::string_view bytes, size_t at, size_t size) {
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

inline void append_big(std::string& bytes, uint32_t value, size_t size) {
  for (size_t i = size; i-- > 0;) bytes += static_cast<char>(value >> (8 * i) & 0xff);
}

std::string random_bytes(size_t count);
std::string digest(const EVP_MD* kind, std::string_view bytes);
std::string keyed_digest(const EVP_MD* kind, std::string_view key, std::string_view bytes);

}  // namespace evenkeel::health
