#include "certificates/openssl.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace evenkeel::certificates {
namespace {

constexpr size_t kMostCertificates = 100;

// Nobody is asked at a terminal: without this, OpenSSL would.
int give_password(char* buffer, int size, int /*writing*/, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  const auto length = std::min(text.size(), static_cast<size_t>(size));
  std::copy_n(text.data(), length, buffer);
  return static_cast<int>(length);
}

bool has_reached_end() {
  const auto error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

}  // namespace

Bio bio_over(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(memory, &data);
  return length > 0 ? std::string(data, static_cast<size_t>(length)) : std::string();
}

std::string last_words() {
  const auto error = ERR_peek_last_error();
  const char* const reason = ERR_reason_error_string(error);
  std::string words = reason == nullptr ? "it cannot be read" : reason;
  ERR_clear_error();
  return words;
}

Result<std::vector<Certificate>> read_certificates(std::string_view pem) {
  const Bio in = bio_over(pem);
  std::string no_password;
  std::vector<Certificate> certificates;
  ERR_clear_error();
  while (X509* const one = PEM_read_bio_X509_AUX(in.get(), nullptr, give_password, &no_password)) {
    certificates.emplace_back(one);
    if (certificates.size() > kMostCertificates) {
      return fail(ErrorCode::kInvalidArgument, "there are more than 100 certificates in it");
    }
  }
  if (!has_reached_end()) return fail(ErrorCode::kInvalidArgument, "a certificate in it is damaged: " + last_words());
  ERR_clear_error();
  return certificates;
}

Result<Key> read_key(std::string_view pem, const std::string& password) {
  if (pem.find("PRIVATE KEY-----") == std::string_view::npos) return Key();
  const bool is_encrypted = pem.find("BEGIN ENCRYPTED PRIVATE KEY") != std::string_view::npos ||
                            pem.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos;
  const Bio in = bio_over(pem);
  std::string given = password;
  ERR_clear_error();
  Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, give_password, &given));
  if (key) {
    ERR_clear_error();
    return key;
  }
  if (!is_encrypted) return fail(ErrorCode::kInvalidArgument, "the private key is damaged: " + last_words());
  ERR_clear_error();
  return fail(ErrorCode::kInvalidArgument, password.empty() ? "the private key is encrypted: give its password"
                                                            : "the password of the private key is wrong");
}

std::string to_pem(X509* certificate) {
  const Bio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate);
  return text_of(out.get());
}

std::string to_pem(EVP_PKEY* key) {
  const Bio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(out.get());
}

std::string name_of(const X509_NAME* name) {
  const Bio out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  return text_of(out.get());
}

WallTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

}  // namespace evenkeel::certificates
