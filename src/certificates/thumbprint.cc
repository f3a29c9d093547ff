#include "certificates/thumbprint.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/sha.h>

#include <array>

#include "base/base64.h"
#include "certificates/openssl.h"

namespace evenkeel::certificates {
namespace {

constexpr size_t kCoordinate = 32;              // bytes
constexpr size_t kPoint = 1 + 2 * kCoordinate;  // uncompressed: a sign, x, y

}  // namespace

Result<std::string> thumbprint_of(const std::string& key) {
  const auto read = read_key(key, "");
  if (!read) return fail(read.error());
  std::array<unsigned char, kPoint> point{};
  size_t size = 0;
  if (!*read ||
      EVP_PKEY_get_octet_string_param(read->get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) != 1 ||
      size != kPoint) {
    return fail(ErrorCode::kUnsupported, "this is no EC P-256 key");
  }
  const std::string_view both(reinterpret_cast<const char*>(point.data()) + 1, 2 * kCoordinate);
  const auto known = fmt::format(R"({{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}})",
                                 to_base64url(both.substr(0, kCoordinate)), to_base64url(both.substr(kCoordinate)));
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(known.data()), known.size(), digest.data());
  return to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace evenkeel::certificates
