// Feeds what reads certificates any bytes: PEM, PFX, OCSP responses, names for requests, lists of ciphers.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/base64.h"
#include "certificates/bundle.h"
#include "certificates/ciphers.h"
#include "certificates/description.h"
#include "certificates/issue.h"
#include "certificates/ocsp.h"

using namespace evenkeel;
using namespace evenkeel::certificates;

namespace {

const std::string& key() {
  static const std::string key = make_key(KeyKind::kEcP256).value();
  return key;
}

const std::string& certificate() {
  static const std::string made = self_sign(key(), {.names = {"fuzz.example"}}, 1, {}).value();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  // What was understood once is understood again, and says who it is for.
  for (const auto& input : {text, certificate() + text + key()}) {
    const auto bundle = read_pem(input, "password", "");
    if (!bundle) continue;
    if (!describe(bundle->chain)) std::abort();
    if (!read_pem(bundle->chain + bundle->key, "", "")) std::abort();
  }
  (void)read_pkcs12(text, "password");
  (void)read_ocsp_response(text, certificate() + certificate(), {});
  (void)make_request(key(), {.names = {text}, .organisation = text});
  (void)unknown_ciphers(text);
  (void)unknown_suites(text);
  if (const auto bytes = from_base64(to_base64(text)); !bytes || *bytes != text) std::abort();
  if (const auto bytes = from_base64(text, WhiteSpace::kPassedOver); bytes && from_base64(to_base64(*bytes)) != bytes)
    std::abort();
  return 0;
}
