#include "backup/document.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sodium.h>

#include <array>
#include <memory>
#include <optional>

#include "base/base64.h"
#include "model/json.h"

namespace evenkeel::backup {
namespace json = boost::json;
namespace {

constexpr std::string_view kFormat = "evenkeel-backup";
// Three passes over 64 MiB. Another derivation would be another version.
constexpr std::string_view kDerivation = "argon2id-3-64MiB";
constexpr uint64_t kPasses = 3;
constexpr size_t kMemory = size_t{64} << 20;
constexpr size_t kKeyBytes = 32;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
using Key = std::array<unsigned char, kKeyBytes>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

std::string random_bytes(size_t count) {
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

Result<Key> derive(const std::string& passphrase, const std::string& salt) {
  Key key{};
  if (crypto_pwhash(key.data(), key.size(), passphrase.data(), passphrase.size(), bytes_of(std::string_view(salt)),
                    kPasses, kMemory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return fail(ErrorCode::kResourceExhausted, "not enough memory to make a key of the passphrase");
  }
  return key;
}

Error cipher_failed() {
  return {ErrorCode::kInternal, "OpenSSL cannot encrypt", {}, 0};
}

Result<std::string> encrypt(const std::string& plain, const std::string& header, const Key& key,
                            const std::string& nonce) {
  const Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  std::string sealed(plain.size() + kTagBytes, '\0');
  int size = 0;
  const bool is_done =
      EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes_of(std::string_view(nonce))) ==
          1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &size, bytes_of(std::string_view(header)),
                        static_cast<int>(header.size())) == 1 &&
      EVP_EncryptUpdate(cipher.get(), bytes_of(sealed), &size, bytes_of(std::string_view(plain)),
                        static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), bytes_of(sealed) + size, &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, bytes_of(sealed) + plain.size()) == 1;
  if (!is_done) return fail(cipher_failed());
  return sealed;
}

// None: another key, or something was changed.
std::optional<std::string> decrypt(std::string sealed, const std::string& header, const Key& key,
                                   const std::string& nonce) {
  if (sealed.size() < kTagBytes) return std::nullopt;
  const Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const size_t plain_size = sealed.size() - kTagBytes;
  std::string plain(plain_size + kTagBytes, '\0');
  int size = 0;
  const bool is_done =
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes_of(std::string_view(nonce))) ==
          1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &size, bytes_of(std::string_view(header)),
                        static_cast<int>(header.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), bytes_of(plain), &size, bytes_of(std::string_view(sealed)),
                        static_cast<int>(plain_size)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, bytes_of(sealed) + plain_size) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), bytes_of(plain) + size, &size) == 1;
  if (!is_done) return std::nullopt;
  plain.resize(plain_size);
  return plain;
}

// All but content and signature, always in this order: what is authenticated beside the content.
json::object header_of(const Origin& origin, std::string_view salt, std::string_view nonce,
                       std::string_view public_key) {
  return {{"format", kFormat},
          {"version", kVersion},
          {"made_at", origin.made_at},
          {"made_by", origin.made_by},
          {"host", origin.host},
          {"revision", origin.revision},
          {"derivation", kDerivation},
          {"cipher", "aes-256-gcm"},
          {"salt", salt},
          {"nonce", nonce},
          {"appliance", public_key}};
}

Error no_backup(std::string_view what) {
  return {ErrorCode::kInvalidArgument, fmt::format("this is no backup, or not all of one: {}", what), {}, 0};
}

std::string text_at(const json::object& document, std::string_view name) {
  const json::value* const value = document.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<int64_t> integer_at(const json::object& document, std::string_view name) {
  const json::value* const value = document.if_contains(name);
  return value != nullptr && value->is_int64() ? std::optional(value->get_int64()) : std::nullopt;
}

Result<> check_version(const json::object& document) {
  if (text_at(document, "format") != kFormat) return fail(no_backup("its format is not evenkeel-backup"));
  const auto version = integer_at(document, "version");
  if (!version) return fail(no_backup("it has no version"));
  if (*version == kVersion) return {};
  return fail(ErrorCode::kUnsupported,
              fmt::format("this backup has version {}, made by Evenkeel {}; this Evenkeel reads version {}: restore it "
                          "with that Evenkeel",
                          *version, text_at(document, "made_by"), kVersion));
}

}  // namespace

Result<json::object> seal(const json::object& content, const Origin& origin, const std::string& passphrase,
                          const Identity& identity) {
  const std::string salt = random_bytes(crypto_pwhash_SALTBYTES);
  const std::string nonce = random_bytes(kNonceBytes);
  const auto key = derive(passphrase, salt);
  if (!key) return fail(key.error());
  json::object document = header_of(origin, to_base64(salt), to_base64(nonce), identity.public_key);
  const std::string header = json::serialize(document);
  const auto sealed = encrypt(json::serialize(content), header, *key, nonce);
  if (!sealed) return fail(sealed.error());
  const std::string text = to_base64(*sealed);
  document["content"] = text;
  document["signature"] = sign(identity, header + text);
  return document;
}

Result<Opened> open(const json::value& value, const std::string& passphrase, const Identity& identity) {
  const json::object* const document = value.if_object();
  if (document == nullptr) return fail(no_backup("it is no object"));
  if (auto known = check_version(*document); !known) return fail(known.error());
  Opened opened;
  opened.origin = {text_at(*document, "made_at"), text_at(*document, "made_by"), text_at(*document, "host"),
                   integer_at(*document, "revision").value_or(0)};
  const std::string public_key = text_at(*document, "appliance");
  json::object whole = header_of(opened.origin, text_at(*document, "salt"), text_at(*document, "nonce"), public_key);
  const std::string header = json::serialize(whole);
  const std::string content = text_at(*document, "content");
  whole["content"] = content;
  whole["signature"] = text_at(*document, "signature");
  if (whole != *document || !is_signed_by(public_key, header + content, text_at(*document, "signature"))) {
    return fail(no_backup("its signature does not fit: it was changed or cut short since it was made"));
  }
  const auto salt = from_base64(text_at(*document, "salt"));
  const auto nonce = from_base64(text_at(*document, "nonce"));
  auto sealed = from_base64(content);
  if (!salt || salt->size() != crypto_pwhash_SALTBYTES || !nonce || nonce->size() != kNonceBytes || !sealed) {
    return fail(no_backup("its content cannot be read"));
  }
  const auto key = derive(passphrase, *salt);
  if (!key) return fail(key.error());
  const auto plain = decrypt(std::move(*sealed), header, *key, *nonce);
  if (!plain) return fail(ErrorCode::kInvalidArgument, "the passphrase is wrong");
  auto parsed = model::parse_json(*plain);
  if (!parsed) return fail(no_backup(parsed.error().front().message));
  opened.content = std::move(*parsed);
  opened.is_own = public_key == identity.public_key;
  return opened;
}

}  // namespace evenkeel::backup
