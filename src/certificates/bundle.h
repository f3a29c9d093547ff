#pragma once
// A certificate with its chain and its key, as people bring them. Pure functions over bounded input.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace evenkeel::certificates {

inline constexpr size_t kLongestBundle = 256 << 10;  // bytes of what is brought

struct Bundle {
  std::string chain;  // PEM: the certificate, then its issuer, then that one's, as far as they were brought
  std::string key;    // PEM, PKCS#8, not encrypted: a secret. Empty: certificates of authorities, to verify others with
  bool operator==(const Bundle&) const = default;
};

// Certificates and key in any order. `password`: of an encrypted key. `known_key`: PEM of the key that a request was
// made with, for a signed certificate that comes back alone; empty: none. kInvalidArgument says what is wrong: no
// certificate, a key that belongs to none of them, a weak key, a wrong password, certificates that are no part of the
// chain.
Result<Bundle> read_pem(std::string_view pem, const std::string& password, const std::string& known_key);

// PFX, as Windows exports it.
Result<Bundle> read_pkcs12(std::string_view der, const std::string& password);

}  // namespace evenkeel::certificates
