#include "certificates/description.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>

#include <array>

#include "certificates/openssl.h"

namespace evenkeel::certificates {
namespace {

std::string hex(const unsigned char* bytes, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += fmt::format("{}{:02X}", i == 0 ? "" : ":", bytes[i]);
  return text;
}

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<size_t>(ASN1_STRING_length(string))};
}

std::string address_of(const ASN1_OCTET_STRING* octets) {
  constexpr int kIpv4 = 4;
  constexpr int kIpv6 = 16;
  const int length = ASN1_STRING_length(octets);
  if (length != kIpv4 && length != kIpv6) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(length == kIpv4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(octets), text.data(), text.size());
  return text.data();
}

std::string common_name_of(X509* certificate) {
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  return at < 0 ? std::string() : text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

std::vector<std::string> names_in(X509* certificate) {
  const Owned<GENERAL_NAMES, GENERAL_NAMES_free> alternatives(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> names;
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    const GENERAL_NAME* const one = sk_GENERAL_NAME_value(alternatives.get(), i);
    if (one->type == GEN_DNS) names.push_back(text_of(one->d.dNSName));
    if (one->type == GEN_IPADD) names.push_back(address_of(one->d.iPAddress));
  }
  if (names.empty()) {
    if (auto common = common_name_of(certificate); !common.empty()) names.push_back(std::move(common));
  }
  return names;
}

std::string serial_of(X509* certificate) {
  const ASN1_INTEGER* const serial = X509_get0_serialNumber(certificate);
  return hex(ASN1_STRING_get0_data(serial), static_cast<size_t>(ASN1_STRING_length(serial)));
}

std::string fingerprint_of(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &length);
  return hex(digest.data(), length);
}

std::string key_of(X509* certificate) {
  EVP_PKEY* const key = X509_get0_pubkey(certificate);
  if (key == nullptr) return "unknown";
  std::array<char, 64> group{};
  if (EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1) {
    const char* const nist = EC_curve_nid2nist(OBJ_sn2nid(group.data()));
    return fmt::format("EC {}", nist == nullptr ? group.data() : nist);
  }
  const char* const type = EVP_PKEY_get0_type_name(key);
  return fmt::format("{} {}", type == nullptr ? "unknown" : type, EVP_PKEY_get_bits(key));
}

std::string responder_of(X509* certificate) {
  const Owned<STACK_OF(OPENSSL_STRING), X509_email_free> urls(X509_get1_ocsp(certificate));
  return sk_OPENSSL_STRING_num(urls.get()) > 0 ? sk_OPENSSL_STRING_value(urls.get(), 0) : "";
}

bool is_known_to_system(X509* certificate) {
  const Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  const Owned<X509_STORE_CTX, X509_STORE_CTX_free> search(X509_STORE_CTX_new());
  X509* issuer = nullptr;
  const bool is_known = X509_STORE_set_default_paths(store.get()) == 1 &&
                        X509_STORE_CTX_init(search.get(), store.get(), certificate, nullptr) == 1 &&
                        X509_STORE_CTX_get1_issuer(&issuer, search.get(), certificate) == 1;
  X509_free(issuer);
  ERR_clear_error();
  return is_known;
}

bool is_self_signed(X509* certificate) {
  return X509_check_issued(certificate, certificate) == X509_V_OK;
}

std::string date_of(WallTime time) {
  return to_iso8601(time).substr(0, 10);
}

}  // namespace

Result<Description> describe(const std::string& chain) {
  auto certificates = read_certificates(chain);
  if (!certificates) return fail(certificates.error());
  if (certificates->empty()) return fail(ErrorCode::kInvalidArgument, "there is no certificate in it");
  X509* const first = certificates->front().get();
  X509* const last = certificates->back().get();
  Description description{.subject = name_of(X509_get_subject_name(first)),
                          .issuer = name_of(X509_get_issuer_name(first)),
                          .names = names_in(first),
                          .serial = serial_of(first),
                          .fingerprint = fingerprint_of(first),
                          .key = key_of(first),
                          .not_before = time_of(X509_get0_notBefore(first)),
                          .not_after = time_of(X509_get0_notAfter(first)),
                          .chain = {},
                          .missing_issuer = {},
                          .ocsp_responder = responder_of(first),
                          .is_self_signed = is_self_signed(first),
                          .is_authority = X509_check_ca(first) >= 1};
  for (size_t i = 1; i < certificates->size(); ++i) {
    description.chain.push_back(name_of(X509_get_subject_name((*certificates)[i].get())));
  }
  if (!is_self_signed(last) && !is_known_to_system(last)) {
    description.missing_issuer = name_of(X509_get_issuer_name(last));
  }
  ERR_clear_error();
  return description;
}

std::vector<std::string> warnings_about(const Description& description, WallTime now) {
  std::vector<std::string> warnings;
  if (now >= description.not_after) {
    warnings.push_back(fmt::format("it expired on {}: clients refuse it", date_of(description.not_after)));
  }
  if (now < description.not_before) {
    warnings.push_back(fmt::format("it is not valid before {}", date_of(description.not_before)));
  }
  if (!description.missing_issuer.empty()) {
    warnings.push_back(
        fmt::format("the chain is incomplete: the certificate of its issuer {} is missing, and is none that this "
                    "system knows; clients that do not have it refuse the connection",
                    description.missing_issuer));
  }
  return warnings;
}

int days_left(const Description& description, WallTime now) {
  return static_cast<int>(std::chrono::floor<std::chrono::days>(description.not_after - now).count());
}

bool can_be_stapled(const Description& description) {
  return !description.ocsp_responder.empty() && !description.chain.empty();
}

}  // namespace evenkeel::certificates
