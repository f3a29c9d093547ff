#pragma once
// Keys, self-signed certificates and requests for certificates, made here.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace evenkeel::certificates {

enum class KeyKind { kEcP256, kEcP384, kRsa2048, kRsa3072, kRsa4096 };
std::optional<KeyKind> key_kind(std::string_view name);  // "ec-p256", "ec-p384", "rsa-2048", "rsa-3072", "rsa-4096"
inline constexpr const char* kKeyKinds = "ec-p256, ec-p384, rsa-2048, rsa-3072 or rsa-4096";

struct Subject {
  std::vector<std::string> names;  // host names ("*.example.com" too) and addresses; the first is the common name
  // Each may be empty.
  std::string organisation = {}, unit = {}, city = {}, province = {}, country = {}, email = {};
};

// PEM, PKCS#8, not encrypted: a secret. RSA takes some tenths of a second: for a worker.
Result<std::string> make_key(KeyKind kind);

// kInvalidArgument: there is no name, or one is neither a host name nor an address.
Result<std::string> self_sign(const std::string& key, const Subject& subject, int days, WallTime now);
Result<std::string> make_request(const std::string& key, const Subject& subject);  // CSR, PEM

}  // namespace evenkeel::certificates
