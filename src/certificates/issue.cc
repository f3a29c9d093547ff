#include "certificates/issue.h"

#include <fmt/format.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/ip_address.h"
#include "certificates/openssl.h"

namespace evenkeel::certificates {
namespace {

constexpr size_t kMostNames = 100;
constexpr size_t kLongestName = 253;
constexpr size_t kLongestCommonName = 64;

struct KindRow {
  const char* name;
  KeyKind kind;
  const char* curve;  // null: RSA
  unsigned bits;
};
constexpr std::array kKinds{
    KindRow{"ec-p256", KeyKind::kEcP256, "P-256", 0},      KindRow{"ec-p384", KeyKind::kEcP384, "P-384", 0},
    KindRow{"rsa-2048", KeyKind::kRsa2048, nullptr, 2048}, KindRow{"rsa-3072", KeyKind::kRsa3072, nullptr, 3072},
    KindRow{"rsa-4096", KeyKind::kRsa4096, nullptr, 4096},
};

std::unexpected<Error> failed(const char* what) {
  return fail(ErrorCode::kInternal, fmt::format("{}: {}", what, last_words()));
}

bool is_host_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  };
  return !name.empty() && name.size() <= kLongestName && name.front() != '.' && name.back() != '.' &&
         name.find("..") == std::string_view::npos && std::ranges::all_of(name, is_allowed);
}

// "DNS:www.example.com,IP:10.0.0.1"; each name was looked at, so nothing in it means something to OpenSSL.
Result<std::string> alternatives(const Subject& subject) {
  if (subject.names.empty()) return fail(ErrorCode::kInvalidArgument, "it needs a name: a host name or an address");
  if (subject.names.size() > kMostNames) return fail(ErrorCode::kInvalidArgument, "these are more than 100 names");
  std::string list;
  for (const auto& name : subject.names) {
    const bool is_address = IpAddress::parse(name).has_value();
    if (!is_address && !is_host_name(name)) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is neither a host name nor an address", name));
    }
    list += fmt::format("{}{}:{}", list.empty() ? "" : ",", is_address ? "IP" : "DNS", name);
  }
  return list;
}

Result<> fill(X509_NAME* name, const Subject& subject) {
  std::string common = subject.names.front();
  common.resize(std::min(common.size(), kLongestCommonName));
  const std::array<std::pair<const char*, const std::string&>, 7> parts{{{"C", subject.country},
                                                                         {"ST", subject.province},
                                                                         {"L", subject.city},
                                                                         {"O", subject.organisation},
                                                                         {"OU", subject.unit},
                                                                         {"CN", common},
                                                                         {"emailAddress", subject.email}}};
  for (const auto& [field, value] : parts) {
    if (value.empty()) continue;
    const auto* const bytes = reinterpret_cast<const unsigned char*>(value.data());
    if (X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes, static_cast<int>(value.size()), -1, 0) == 1) {
      continue;
    }
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} cannot be \"{}\": {}", field, value, last_words()));
  }
  return {};
}

using Extension = Owned<X509_EXTENSION, X509_EXTENSION_free>;

Extension extension(int nid, const std::string& value) {
  return Extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()));
}

const EVP_MD* digest_for(EVP_PKEY* key) {
  constexpr int kLargeCurve = 384;
  return EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_bits(key) >= kLargeCurve ? EVP_sha384() : EVP_sha256();
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) return false;
  bytes[0] &= 0x7F;  // it is not below zero
  bytes[0] |= 0x01;  // nor shorter
  const Owned<BIGNUM, BN_free> number(BN_bin2bn(bytes.data(), bytes.size(), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

}  // namespace

std::optional<KeyKind> key_kind(std::string_view name) {
  const auto* const found = std::ranges::find(kKinds, name, &KindRow::name);
  return found == kKinds.end() ? std::nullopt : std::optional(found->kind);
}

Result<std::string> make_key(KeyKind kind) {
  const auto& row = *std::ranges::find(kKinds, kind, &KindRow::kind);
  const Key key(row.curve != nullptr ? EVP_EC_gen(row.curve) : EVP_RSA_gen(row.bits));
  if (!key) return failed("cannot make a key");
  return to_pem(key.get());
}

Result<std::string> self_sign(const std::string& key_pem, const Subject& subject, int days, WallTime now) {
  const auto names = alternatives(subject);
  if (!names) return fail(names.error());
  const auto key = read_key(key_pem, "");
  if (!key) return fail(key.error());
  const Certificate certificate(X509_new());
  X509* const made = certificate.get();
  if (auto filled = fill(X509_get_subject_name(made), subject); !filled) return fail(filled.error());
  // A minute earlier: clocks differ.
  const auto begins = std::chrono::system_clock::to_time_t(now - std::chrono::minutes(1));
  const auto ends = std::chrono::system_clock::to_time_t(now + std::chrono::days(days));
  const bool is_made = X509_set_version(made, X509_VERSION_3) == 1 && set_serial(made) &&
                       ASN1_TIME_set(X509_getm_notBefore(made), begins) != nullptr &&
                       ASN1_TIME_set(X509_getm_notAfter(made), ends) != nullptr &&
                       X509_set_issuer_name(made, X509_get_subject_name(made)) == 1 &&
                       X509_set_pubkey(made, key->get()) == 1 &&
                       X509_add_ext(made, extension(NID_subject_alt_name, *names).get(), -1) == 1 &&
                       X509_add_ext(made, extension(NID_basic_constraints, "critical,CA:FALSE").get(), -1) == 1 &&
                       X509_add_ext(made, extension(NID_ext_key_usage, "serverAuth").get(), -1) == 1 &&
                       X509_sign(made, key->get(), digest_for(key->get())) > 0;
  if (!is_made) return failed("cannot make the certificate");
  return to_pem(made);
}

Result<std::string> make_request(const std::string& key_pem, const Subject& subject) {
  const auto names = alternatives(subject);
  if (!names) return fail(names.error());
  const auto key = read_key(key_pem, "");
  if (!key) return fail(key.error());
  const Request request(X509_REQ_new());
  if (auto filled = fill(X509_REQ_get_subject_name(request.get()), subject); !filled) return fail(filled.error());
  const auto alternative = extension(NID_subject_alt_name, *names);
  STACK_OF(X509_EXTENSION)* const extensions = sk_X509_EXTENSION_new_null();
  sk_X509_EXTENSION_push(extensions, alternative.get());
  const bool is_made = X509_REQ_set_pubkey(request.get(), key->get()) == 1 &&
                       X509_REQ_add_extensions(request.get(), extensions) == 1 &&
                       X509_REQ_sign(request.get(), key->get(), digest_for(key->get())) > 0;
  sk_X509_EXTENSION_free(extensions);
  if (!is_made) return failed("cannot make the request");
  const Bio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_REQ(out.get(), request.get());
  return text_of(out.get());
}

}  // namespace evenkeel::certificates
