#pragma once
// OpenSSL with our ownership and errors. Used only inside this module; every call stands for itself, so it may be used
// in any thread.

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace evenkeel::certificates {

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
template <class T, auto kFree>
using Owned = std::unique_ptr<T, Freed<kFree>>;

using Bio = Owned<BIO, BIO_free_all>;
using Certificate = Owned<X509, X509_free>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Request = Owned<X509_REQ, X509_REQ_free>;

Bio bio_over(std::string_view text);
std::string text_of(BIO* memory);

// OpenSSL's own word for what went wrong last; empties its queue.
std::string last_words();

// Every certificate in it, in order. Other things in between are passed over; a damaged certificate is an error.
Result<std::vector<Certificate>> read_certificates(std::string_view pem);
// The first private key in it; null: there is none. An encrypted one needs its password.
Result<Key> read_key(std::string_view pem, const std::string& password);

std::string to_pem(X509* certificate);
std::string to_pem(EVP_PKEY* key);  // PKCS#8, not encrypted: a secret

std::string name_of(const X509_NAME* name);  // "CN=www.example.com,O=Example"
WallTime time_of(const ASN1_TIME* time);

}  // namespace evenkeel::certificates
