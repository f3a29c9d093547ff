#include "backup/identity.h"

#include <sodium.h>

#include <array>
#include <cstdlib>

#include "base/base64.h"
#include "base/state_file.h"

namespace evenkeel::backup {
namespace {

// Only fails where the kernel has no random numbers: nothing can be done safely then.
void prepare() {
  static const int ready = sodium_init();
  if (ready < 0) std::abort();
}

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string text_of(const unsigned char* bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

Identity make_identity() {
  prepare();
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_key{};
  crypto_sign_keypair(public_key.data(), secret_key.data());
  return {to_base64(text_of(public_key.data(), public_key.size())),
          to_base64(text_of(secret_key.data(), secret_key.size()))};
}

Result<Identity> load_identity(const std::string& path) {
  prepare();
  const std::string stored = read_state_file(path);
  if (stored.empty()) {
    Identity made = make_identity();
    if (auto written = write_state_file(path, made.secret_key); !written) return fail(written.error());
    return made;
  }
  const auto secret = from_base64(stored);
  if (!secret || secret->size() != crypto_sign_SECRETKEYBYTES) {
    return fail(ErrorCode::kCorrupt, "the key that signs backups is damaged: remove the file, and one is made anew",
                path);
  }
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key{};
  crypto_sign_ed25519_sk_to_pk(public_key.data(), bytes_of(*secret));
  return Identity{to_base64(text_of(public_key.data(), public_key.size())), stored};
}

std::string sign(const Identity& identity, const std::string& message) {
  std::array<unsigned char, crypto_sign_BYTES> signature{};
  const std::string key = from_base64(identity.secret_key).value_or(std::string(crypto_sign_SECRETKEYBYTES, '\0'));
  crypto_sign_detached(signature.data(), nullptr, bytes_of(message), message.size(), bytes_of(key));
  return to_base64(text_of(signature.data(), signature.size()));
}

bool is_signed_by(const std::string& public_key, const std::string& message, const std::string& signature) {
  const auto key = from_base64(public_key);
  const auto bytes = from_base64(signature);
  return key && bytes && key->size() == crypto_sign_PUBLICKEYBYTES && bytes->size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(bytes_of(*bytes), bytes_of(message), message.size(), bytes_of(*key)) == 0;
}

}  // namespace evenkeel::backup
