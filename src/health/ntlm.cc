// NTLMSSP: the three messages of a login, raw, without SPNEGO around them.

#include "health/ntlm.h"

#include <openssl/provider.h>

#include <algorithm>
#include <boost/locale/utf.hpp>
#include <memory>

#include "health/bytes.h"
#include "health/smb_message.h"

namespace evenkeel::health::smb {
namespace {

constexpr std::string_view kSignature("NTLMSSP\0", 8);
// Unicode, target info, sign, NTLM, always sign, extended session security, 128 and 56 bits.
constexpr uint32_t kFlags = 0x00000001 | 0x00000004 | 0x00000010 | 0x00000200 | 0x00008000 | 0x00080000 | 0x20000000;
constexpr uint32_t kAnonymous = 0x00000800;
constexpr size_t kAuthenticateHeader = 64;

// In a library context of its own: MD4 is in OpenSSL's legacy provider, which must not become everybody's.
std::optional<std::string> md4(std::string_view bytes) {
  const std::unique_ptr<OSSL_LIB_CTX, decltype(&OSSL_LIB_CTX_free)> context(OSSL_LIB_CTX_new(), OSSL_LIB_CTX_free);
  const std::unique_ptr<OSSL_PROVIDER, decltype(&OSSL_PROVIDER_unload)> legacy(
      OSSL_PROVIDER_load(context.get(), "legacy"), OSSL_PROVIDER_unload);
  if (!legacy) return std::nullopt;
  const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> kind(EVP_MD_fetch(context.get(), "MD4", nullptr), EVP_MD_free);
  if (!kind) return std::nullopt;
  return digest(kind.get(), bytes);
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

struct Parts {
  std::string lm, nt, domain, user;
  uint32_t flags;
};

std::string render_authenticate(const Parts& parts) {
  const std::string workstation, session_key;
  std::string bytes(kSignature), payload;
  append_little(bytes, 3, 4);
  for (const std::string* part : {&parts.lm, &parts.nt, &parts.domain, &parts.user, &workstation, &session_key}) {
    append_little(bytes, part->size(), 2);
    append_little(bytes, part->size(), 2);
    append_little(bytes, kAuthenticateHeader + payload.size(), 4);
    payload += *part;
  }
  append_little(bytes, parts.flags, 4);
  return bytes + payload;
}

}  // namespace

std::string to_utf16(std::string_view utf8) {
  namespace utf = boost::locale::utf;
  std::string result;
  for (const char* at = utf8.data(); at != utf8.data() + utf8.size();) {
    utf::code_point point = utf::utf_traits<char>::decode(at, utf8.data() + utf8.size());
    if (point == utf::illegal || point == utf::incomplete) point = 0xFFFD;
    if (point > 0xFFFF) {
      append_little(result, 0xD800 + ((point - 0x10000) >> 10), 2);
      point = 0xDC00 + ((point - 0x10000) & 0x3FF);
    }
    append_little(result, point, 2);
  }
  return result;
}

std::string ntlm_negotiate() {
  std::string bytes(kSignature);
  append_little(bytes, 1, 4);
  append_little(bytes, kFlags, 4);
  bytes.append(16, '\0');  // neither domain nor workstation
  return bytes;
}

std::optional<Challenge> parse_challenge(std::string_view token) {
  // Raw, or somewhere inside SPNEGO.
  const size_t begin = token.find(kSignature);
  if (begin == std::string_view::npos) return std::nullopt;
  token.remove_prefix(begin);
  if (token.size() < 32 || little(token, 8, 4) != 2) return std::nullopt;
  Challenge challenge{std::string(token.substr(24, 8)), {}};
  if (token.size() < 48) return challenge;
  const size_t size = little(token, 40, 2), at = little(token, 44, 4);
  if (at <= token.size() && size <= token.size() - at) challenge.target_info = token.substr(at, size);
  return challenge;
}

std::optional<Proof> ntlm_authenticate(const Login& login, const Challenge& challenge,
                                       std::string_view client_challenge, uint64_t time) {
  if (login.user.empty()) {
    return Proof{render_authenticate({std::string(1, '\0'), "", "", "", kFlags | kAnonymous}), ""};
  }
  const size_t backslash = login.user.find('\\');
  const bool has_domain = backslash != std::string::npos;
  const std::string domain = has_domain ? login.user.substr(0, backslash) : "";
  const std::string user = has_domain ? login.user.substr(backslash + 1) : login.user;
  const auto hash = md4(to_utf16(login.password));
  if (!hash) return std::nullopt;
  const std::string key = keyed_digest(EVP_md5(), *hash, to_utf16(upper(user) + domain));
  std::string blob("\x01\x01\0\0\0\0\0\0", 8);
  append_little(blob, time, 8);
  blob += client_challenge;
  blob.append(4, '\0');
  blob += challenge.target_info;
  blob.append(4, '\0');
  const std::string proof = keyed_digest(EVP_md5(), key, challenge.server_challenge + blob);
  return Proof{render_authenticate({std::string(24, '\0'), proof + blob, to_utf16(domain), to_utf16(user), kFlags}),
               keyed_digest(EVP_md5(), key, proof)};
}

}  // namespace evenkeel::health::smb
