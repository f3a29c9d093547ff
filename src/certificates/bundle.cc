#include "certificates/bundle.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <algorithm>

#include "certificates/openssl.h"

namespace evenkeel::certificates {
namespace {

constexpr int kFewestRsaBits = 2048;
constexpr int kFewestCurveBits = 224;

std::unexpected<Error> refuse(std::string message) {
  return fail(ErrorCode::kInvalidArgument, std::move(message));
}

Result<> check_strength(EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  const bool is_rsa = EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1;
  const int fewest = is_rsa ? kFewestRsaBits : kFewestCurveBits;
  if (bits >= fewest) return {};
  return refuse(fmt::format("the key is weak: it has {} bits where {} are the least; make a new one", bits, fewest));
}

bool is_authority(X509* certificate) {
  return X509_check_ca(certificate) >= 1;
}

std::string subject_of(X509* certificate) {
  return name_of(X509_get_subject_name(certificate));
}

// The one that the key belongs to comes first, each one's issuer after it.
Result<std::string> ordered(std::vector<Certificate> certificates, EVP_PKEY* key) {
  const auto belongs = [key](const Certificate& one) { return EVP_PKEY_eq(X509_get0_pubkey(one.get()), key) == 1; };
  auto next = std::ranges::find_if(certificates, belongs);
  if (next == certificates.end()) {
    return refuse(fmt::format("the private key does not belong to the certificate of {}",
                              subject_of(certificates.front().get())));
  }
  std::string chain;
  while (next != certificates.end()) {
    const Certificate current = std::move(*next);
    certificates.erase(next);
    chain += to_pem(current.get());
    next = std::ranges::find_if(certificates, [&](const Certificate& one) {
      return X509_check_issued(one.get(), current.get()) == X509_V_OK &&
             X509_verify(current.get(), X509_get0_pubkey(one.get())) == 1;
    });
  }
  ERR_clear_error();  // of signatures that did not fit
  if (certificates.empty()) return chain;
  return refuse(fmt::format("the chain is broken: the certificate of {} has issued none of the others",
                            subject_of(certificates.front().get())));
}

Result<Bundle> authorities(const std::vector<Certificate>& certificates) {
  Bundle bundle;
  for (const auto& one : certificates) {
    if (!is_authority(one.get())) {
      return refuse(fmt::format("there is no private key for the certificate of {}", subject_of(one.get())));
    }
    bundle.chain += to_pem(one.get());
  }
  return bundle;
}

Result<Bundle> assemble(std::vector<Certificate> certificates, const Key& key) {
  if (certificates.empty()) return refuse("there is no certificate in it");
  if (!key) return authorities(certificates);
  if (auto strong = check_strength(key.get()); !strong) return fail(strong.error());
  auto chain = ordered(std::move(certificates), key.get());
  if (!chain) return fail(chain.error());
  return Bundle{std::move(*chain), to_pem(key.get())};
}

Result<> check_length(std::string_view input) {
  if (input.size() <= kLongestBundle) return {};
  return refuse(fmt::format("it has {} bytes where {} are the limit", input.size(), kLongestBundle));
}

}  // namespace

Result<Bundle> read_pem(std::string_view pem, const std::string& password, const std::string& known_key) {
  if (auto bounded = check_length(pem); !bounded) return fail(bounded.error());
  auto certificates = read_certificates(pem);
  if (!certificates) return fail(certificates.error());
  auto key = read_key(pem, password);
  if (!key) return fail(key.error());
  if (!*key && !known_key.empty()) key = read_key(known_key, "");
  if (!key) return fail(key.error());
  return assemble(std::move(*certificates), *key);
}

Result<Bundle> read_pkcs12(std::string_view der, const std::string& password) {
  if (auto bounded = check_length(der); !bounded) return fail(bounded.error());
  const Bio in = bio_over(der);
  ERR_clear_error();
  const Owned<PKCS12, PKCS12_free> file(d2i_PKCS12_bio(in.get(), nullptr));
  if (!file) {
    ERR_clear_error();
    return refuse("this is no PFX file (PKCS#12)");
  }
  // No password and an empty one are different things there, and people cannot tell them apart.
  const bool is_right = PKCS12_verify_mac(file.get(), password.c_str(), -1) == 1 ||
                        (password.empty() && PKCS12_verify_mac(file.get(), nullptr, 0) == 1);
  if (!is_right && PKCS12_mac_present(file.get()) == 1) {
    ERR_clear_error();
    return refuse("the password of the PFX file is wrong");
  }
  EVP_PKEY* raw_key = nullptr;
  X509* raw_certificate = nullptr;
  STACK_OF(X509)* raw_others = nullptr;
  const int parsed = PKCS12_parse(file.get(), password.c_str(), &raw_key, &raw_certificate, &raw_others);
  const Key key(raw_key);
  std::vector<Certificate> certificates;
  if (raw_certificate != nullptr) certificates.emplace_back(raw_certificate);
  while (sk_X509_num(raw_others) > 0) certificates.emplace_back(sk_X509_shift(raw_others));
  sk_X509_free(raw_others);
  if (parsed != 1) return refuse("the PFX file cannot be read: " + last_words());
  return assemble(std::move(certificates), key);
}

}  // namespace evenkeel::certificates
