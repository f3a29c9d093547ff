#pragma once
// A certificate, the authority that has issued it, and that one's.

#include <string>

#include "certificates/issue.h"
#include "certificates/openssl.h"

namespace evenkeel::certificates {

inline const WallTime kNow = WallTime(std::chrono::seconds(1800000000));

struct Chain {
  std::string leaf, middle, root, key;
  std::string middle_key;
};

struct Wanted {
  const char* name;
  const char* constraints;
  const char* names;  // null: none
};

inline std::string sign(const Wanted& wanted, EVP_PKEY* key, const std::string& issuer, EVP_PKEY* issuer_key) {
  const Certificate certificate(X509_new());
  X509* const made = certificate.get();
  static long serial = 0;
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial);
  const auto begins = std::chrono::system_clock::to_time_t(kNow - std::chrono::hours(1));
  ASN1_TIME_set(X509_getm_notBefore(made), begins);
  ASN1_TIME_set(X509_getm_notAfter(made), std::chrono::system_clock::to_time_t(kNow + std::chrono::days(30)));
  const auto name = [](X509_NAME* to, const std::string& text) {
    X509_NAME_add_entry_by_txt(to, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(text.size()), -1, 0);
  };
  name(X509_get_subject_name(made), wanted.name);
  const Owned<X509_NAME, X509_NAME_free> issuer_name(X509_NAME_new());
  name(issuer_name.get(), issuer);
  X509_set_issuer_name(made, issuer_name.get());
  X509_set_pubkey(made, key);
  const auto add = [made](int nid, const char* value) {
    const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
    X509_add_ext(made, extension.get(), -1);
  };
  add(NID_basic_constraints, wanted.constraints);
  if (wanted.names != nullptr) {
    add(NID_subject_alt_name, wanted.names);
    add(NID_info_access, "OCSP;URI:http://ocsp.example/");
  }
  X509_sign(made, issuer_key, EVP_sha256());
  return to_pem(made);
}

inline Chain make_chain() {
  const Key root(EVP_EC_gen("P-256"));
  const Key middle(EVP_EC_gen("P-256"));
  const Key leaf(EVP_EC_gen("P-256"));
  return {.leaf = sign({"www.example.com", "CA:FALSE", "DNS:www.example.com,IP:10.0.0.30"}, leaf.get(), "middle",
                       middle.get()),
          .middle = sign({"middle", "critical,CA:TRUE", nullptr}, middle.get(), "root", root.get()),
          .root = sign({"root", "critical,CA:TRUE", nullptr}, root.get(), "root", root.get()),
          .key = to_pem(leaf.get()),
          .middle_key = to_pem(middle.get())};
}

}  // namespace evenkeel::certificates
