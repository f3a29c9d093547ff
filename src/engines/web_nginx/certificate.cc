#include "engines/web_nginx/certificate.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <memory>

namespace evenkeel::engines::web_nginx {
namespace {

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using X509Pointer = std::unique_ptr<X509, Freed<X509_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

constexpr const char* kOrganisation = "Evenkeel self-signed";
constexpr std::chrono::days kLifetime{824};
constexpr size_t kLongestText = size_t{64} << 10;

Error openssl_error(const std::string& what) {
  std::array<char, 256> words{};
  ERR_error_string_n(ERR_get_error(), words.data(), words.size());
  ERR_clear_error();
  return {ErrorCode::kSystem, fmt::format("{}: {}", what, words.data()), {}, 0};
}

Bio reader(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string text_in(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

std::vector<X509Pointer> read_certificates(const std::string& pem) {
  std::vector<X509Pointer> certificates;
  const Bio bio = reader(pem);
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
    certificates.emplace_back(certificate);
  ERR_clear_error();
  return certificates;
}

// Nobody is asked for a passphrase.
int no_passphrase(char*, int, int, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return 0;
}

std::string name_of(const X509_NAME* name) {
  const Bio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  return text_in(bio.get());
}

WallTime time_of(const ASN1_TIME* time) {
  std::tm broken_down{};
  ASN1_TIME_to_tm(time, &broken_down);
  return std::chrono::system_clock::from_time_t(::timegm(&broken_down));
}

std::string address_of(const ASN1_OCTET_STRING* bytes) {
  std::array<uint8_t, 4> ipv4{};
  std::array<uint8_t, 16> ipv6{};
  const auto size = static_cast<size_t>(ASN1_STRING_length(bytes));
  const unsigned char* data = ASN1_STRING_get0_data(bytes);
  if (size == ipv4.size()) {
    std::memcpy(ipv4.data(), data, size);
    return IpAddress::from_ipv4(ipv4).to_string();
  }
  if (size != ipv6.size()) return {};
  std::memcpy(ipv6.data(), data, size);
  return IpAddress::from_ipv6(ipv6).to_string();
}

std::vector<std::string> names_in(const X509* certificate) {
  std::vector<std::string> result;
  const Names names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) {
      result.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                          static_cast<size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      result.push_back(address_of(name->d.iPAddress));
    }
  }
  return result;
}

std::string fingerprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &size);
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{}{:02X}", i == 0 ? "" : ":", digest[i]);
  return text;
}

std::string fingerprints_of(const std::vector<X509Pointer>& chain) {
  std::string text;
  for (const auto& certificate : chain) text += (text.empty() ? "" : ", ") + fingerprint_of(certificate.get());
  return text;
}

bool is_generated(const X509* certificate) {
  std::array<char, 64> organisation{};
  X509_NAME_get_text_by_NID(X509_get_issuer_name(certificate), NID_organizationName, organisation.data(),
                            static_cast<int>(organisation.size()));
  return std::string_view(organisation.data()) == kOrganisation;
}

// Letters, digits, "-" and "." at most: what a host name may have.
std::string plain_name(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.') plain += c;
  }
  constexpr size_t kLongest = 64;  // of a common name
  plain.resize(std::min(plain.size(), kLongest));
  return plain.empty() ? "evenkeel" : plain;
}

bool add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  bytes[0] = static_cast<unsigned char>(bytes[0] & 0x7f);  // positive
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_name(X509* certificate, const std::string& host_name) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto add = [name](const char* field, const std::string& value) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC, reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0) == 1;
  };
  return add("O", kOrganisation) && add("CN", host_name) && X509_set_issuer_name(certificate, name) == 1;
}

// Clocks differ a little: it was valid an hour ago.
bool set_times(X509* certificate, WallTime now) {
  const auto begin = now - std::chrono::hours(1);
  return ASN1_TIME_set(X509_getm_notBefore(certificate), std::chrono::system_clock::to_time_t(begin)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), std::chrono::system_clock::to_time_t(begin + kLifetime)) !=
             nullptr;
}

std::string alternative_names(const Subject& subject) {
  std::string names = "DNS:" + plain_name(subject.host_name);
  for (const auto& address : subject.addresses) names += ",IP:" + address.to_string();
  return names;
}

X509Pointer make_certificate(const Subject& subject, EVP_PKEY* key, WallTime now) {
  X509Pointer certificate(X509_new());
  const bool made = certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                    set_serial(certificate.get()) && set_times(certificate.get(), now) &&
                    set_name(certificate.get(), plain_name(subject.host_name)) &&
                    X509_set_pubkey(certificate.get(), key) == 1 &&
                    add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                    add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature") &&
                    add_extension(certificate.get(), NID_ext_key_usage, "serverAuth") &&
                    add_extension(certificate.get(), NID_subject_alt_name, alternative_names(subject)) &&
                    add_extension(certificate.get(), NID_subject_key_identifier, "hash") &&
                    X509_sign(certificate.get(), key, EVP_sha256()) != 0;
  return made ? std::move(certificate) : nullptr;
}

using Where = PairProblem::Where;

std::unexpected<PairProblem> refuse(Where where, std::string message, std::string hint) {
  return std::unexpected(PairProblem{where, std::move(message), std::move(hint)});
}

std::string day(WallTime time) {
  return to_iso8601(time).substr(0, std::string_view("2026-11-26").size());
}

std::expected<void, PairProblem> check_times(const X509* certificate, WallTime now) {
  const WallTime from = time_of(X509_get0_notBefore(certificate));
  const WallTime until = time_of(X509_get0_notAfter(certificate));
  if (now > until) {
    return refuse(Where::kCertificate, fmt::format("it expired on {}", day(until)), "give one that is valid");
  }
  if (now < from) {
    return refuse(Where::kCertificate, fmt::format("it is not valid before {}", day(from)),
                  "look at the load balancer's clock, or give one that is valid");
  }
  return {};
}

std::expected<void, PairProblem> check_chain(const std::vector<X509Pointer>& chain) {
  for (size_t i = 1; i < chain.size(); ++i) {
    if (X509_check_issued(chain[i].get(), chain[i - 1].get()) == X509_V_OK) continue;
    return refuse(Where::kCertificate,
                  fmt::format("certificate {} of the chain ({}) has not issued the one before it", i + 1,
                              name_of(X509_get_subject_name(chain[i].get()))),
                  "put the server's certificate first, then each issuer's after the one that it has issued");
  }
  return {};
}

std::expected<Key, PairProblem> read_key(const std::string& pem) {
  const Bio bio = reader(pem);
  bool was_asked = false;
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, &was_asked));
  ERR_clear_error();
  if (key) return key;
  if (was_asked) {
    return refuse(Where::kKey, "the key is protected by a passphrase, which nobody could enter at a start",
                  "take the passphrase off: openssl pkey -in KEY -out KEY-WITHOUT");
  }
  return refuse(Where::kKey, "there is no private key in PEM form in it", "give the file that has BEGIN PRIVATE KEY");
}

std::expected<void, PairProblem> check_key(X509* certificate, EVP_PKEY* key) {
  constexpr int kFewestBits = 2048;
  if (X509_check_private_key(certificate, key) != 1) {
    ERR_clear_error();
    return refuse(Where::kKey, "the key does not belong to the certificate",
                  "give the key that this certificate was requested with");
  }
  if (EVP_PKEY_is_a(key, "RSA") != 0 && EVP_PKEY_get_bits(key) < kFewestBits) {
    return refuse(Where::kKey, fmt::format("an RSA key of {} bits is too weak", EVP_PKEY_get_bits(key)),
                  "use at least 2048 bits, or ECDSA with P-256");
  }
  return {};
}

std::string to_pem(EVP_PKEY* key, const std::vector<X509Pointer>& chain) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  for (const auto& certificate : chain) PEM_write_bio_X509(bio.get(), certificate.get());
  return text_in(bio.get());
}

}  // namespace

Result<std::string> generate(const Subject& subject, WallTime now) {
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return fail(openssl_error("cannot make a private key"));
  std::vector<X509Pointer> chain;
  chain.push_back(make_certificate(subject, key.get(), now));
  if (!chain.back()) return fail(openssl_error("cannot make a certificate"));
  return to_pem(key.get(), chain);
}

Result<Certificate> describe(const std::string& pem) {
  const auto certificates = read_certificates(pem);
  if (certificates.empty()) return fail(ErrorCode::kCorrupt, "there is no certificate in PEM form in it");
  const X509* first = certificates.front().get();
  return Certificate{.subject = name_of(X509_get_subject_name(first)),
                     .issuer = name_of(X509_get_issuer_name(first)),
                     .names = names_in(first),
                     .not_before = time_of(X509_get0_notBefore(first)),
                     .not_after = time_of(X509_get0_notAfter(first)),
                     .fingerprint = fingerprint_of(first),
                     .fingerprints = fingerprints_of(certificates),
                     .is_generated = is_generated(first)};
}

std::expected<std::string, PairProblem> join(const std::string& certificate, const std::string& key, WallTime now) {
  if (certificate.size() > kLongestText) return refuse(Where::kCertificate, "it is longer than 64 kB", "give PEM");
  if (key.size() > kLongestText) return refuse(Where::kKey, "it is longer than 64 kB", "give PEM");
  const auto chain = read_certificates(certificate);
  if (chain.empty()) {
    return refuse(Where::kCertificate, "there is no certificate in PEM form in it",
                  "give the file that has BEGIN CERTIFICATE");
  }
  if (auto checked = check_times(chain.front().get(), now); !checked) return std::unexpected(checked.error());
  if (auto checked = check_chain(chain); !checked) return std::unexpected(checked.error());
  const auto private_key = read_key(key);
  if (!private_key) return std::unexpected(private_key.error());
  if (auto checked = check_key(chain.front().get(), private_key->get()); !checked) {
    return std::unexpected(checked.error());
  }
  return to_pem(private_key->get(), chain);
}

}  // namespace evenkeel::engines::web_nginx
