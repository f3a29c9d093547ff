#include "certificates/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certificates/description.h"
#include "certificates/issue.h"
#include "certificates/openssl.h"
#include "chain.h"

namespace evenkeel::certificates {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Bundle, TakesCertificatesAndKeyInAnyOrder) {
  const auto chain = make_chain();
  for (const auto& pem :
       {chain.leaf + chain.middle + chain.root + chain.key, chain.key + chain.root + chain.middle + chain.leaf,
        "Bag Attributes: none\n" + chain.middle + chain.key + chain.leaf + "some words\n" + chain.root}) {
    const auto bundle = read_pem(pem, "", "");
    ASSERT_TRUE(bundle) << bundle.error().message;
    EXPECT_EQ(bundle->chain, chain.leaf + chain.middle + chain.root);
    EXPECT_EQ(bundle->key, chain.key);
  }
}

TEST(Bundle, NamesAKeyOfAnotherCertificate) {
  const auto chain = make_chain();
  const auto bundle = read_pem(chain.leaf + make_key(KeyKind::kEcP256).value(), "", "");
  ASSERT_FALSE(bundle);
  EXPECT_EQ(bundle.error().message, "the private key does not belong to the certificate of CN=www.example.com");
}

TEST(Bundle, NamesACertificateThatIsNoPartOfTheChain) {
  const auto chain = make_chain();
  const auto other = self_sign(make_key(KeyKind::kEcP256).value(), {.names = {"other.example"}}, 9, kNow).value();
  const auto bundle = read_pem(chain.leaf + chain.key + chain.middle + other, "", "");
  ASSERT_FALSE(bundle);
  EXPECT_EQ(bundle.error().message,
            "the chain is broken: the certificate of CN=other.example has issued none of the others");
}

TEST(Bundle, WithoutAKeyItMustBeAnAuthoritys) {
  const auto chain = make_chain();
  const auto authorities = read_pem(chain.root + chain.middle, "", "");
  ASSERT_TRUE(authorities) << authorities.error().message;
  EXPECT_THAT(authorities->key, IsEmpty());
  const auto leaf = read_pem(chain.leaf, "", "");
  ASSERT_FALSE(leaf);
  EXPECT_EQ(leaf.error().message, "there is no private key for the certificate of CN=www.example.com");
  EXPECT_EQ(read_pem("", "", "").error().message, "there is no certificate in it");
}

TEST(Bundle, WhatComesBackForARequestFindsItsKey) {
  const auto chain = make_chain();
  const auto bundle = read_pem(chain.leaf + chain.middle, "", chain.key);
  ASSERT_TRUE(bundle) << bundle.error().message;
  EXPECT_EQ(bundle->key, chain.key);
}

TEST(Bundle, RefusesAWeakKey) {
  const Key weak(EVP_RSA_gen(1024));
  const auto key = to_pem(weak.get());
  const auto certificate = self_sign(key, {.names = {"weak.example"}}, 9, kNow).value();
  const auto bundle = read_pem(certificate + key, "", "");
  ASSERT_FALSE(bundle);
  EXPECT_THAT(bundle.error().message, HasSubstr("weak: it has 1024 bits where 2048 are the least"));
}

TEST(Bundle, NamesWhatIsDamaged) {
  const auto chain = make_chain();
  auto damaged = chain.leaf;
  damaged[damaged.size() / 2] = damaged[damaged.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(read_pem(damaged + chain.key, "", ""));
  EXPECT_THAT(read_pem("-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n", "", "").error().message,
              HasSubstr("damaged"));
  EXPECT_THAT(read_pem(std::string(kLongestBundle + 1, 'x'), "", "").error().message, HasSubstr("limit"));
}

std::string encrypted(const std::string& pem, const char* password) {
  const auto key = read_key(pem, "").value().release();
  const Key owned(key);
  const Bio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(out.get(), key, EVP_aes_256_cbc(), password, static_cast<int>(std::strlen(password)),
                                nullptr, nullptr);
  return text_of(out.get());
}

TEST(Bundle, AnEncryptedKeyNeedsItsPassword) {
  const auto chain = make_chain();
  const auto pem = chain.leaf + chain.middle + encrypted(chain.key, "sesame");
  const auto bundle = read_pem(pem, "sesame", "");
  ASSERT_TRUE(bundle) << bundle.error().message;
  EXPECT_EQ(bundle->key, chain.key);
  EXPECT_EQ(read_pem(pem, "", "").error().message, "the private key is encrypted: give its password");
  EXPECT_EQ(read_pem(pem, "open", "").error().message, "the password of the private key is wrong");
}

std::string pkcs12(const Chain& chain, const char* password) {
  const auto key = read_key(chain.key, "").value().release();
  const Key owned(key);
  const auto certificates = read_certificates(chain.leaf + chain.middle + chain.root).value();
  STACK_OF(X509)* const others = sk_X509_new_null();
  sk_X509_push(others, certificates[2].get());
  sk_X509_push(others, certificates[1].get());
  const Owned<PKCS12, PKCS12_free> file(
      PKCS12_create(password, "www", key, certificates[0].get(), others, 0, 0, 0, 0, 0));
  sk_X509_free(others);
  unsigned char* der = nullptr;
  const int length = i2d_PKCS12(file.get(), &der);
  std::string text(reinterpret_cast<char*>(der), static_cast<size_t>(length));
  OPENSSL_free(der);
  return text;
}

TEST(Bundle, ReadsPfx) {
  const auto chain = make_chain();
  const auto bundle = read_pkcs12(pkcs12(chain, "sesame"), "sesame");
  ASSERT_TRUE(bundle) << bundle.error().message;
  EXPECT_EQ(bundle->chain, chain.leaf + chain.middle + chain.root);
  EXPECT_EQ(bundle->key, chain.key);
  EXPECT_TRUE(read_pkcs12(pkcs12(chain, ""), ""));
  EXPECT_EQ(read_pkcs12(pkcs12(chain, "sesame"), "open").error().message, "the password of the PFX file is wrong");
  EXPECT_EQ(read_pkcs12("nonsense", "").error().message, "this is no PFX file (PKCS#12)");
}

TEST(Description, SaysWhoAndHowLong) {
  const auto chain = make_chain();
  const auto described = describe(chain.leaf + chain.middle).value();
  EXPECT_EQ(described.subject, "CN=www.example.com");
  EXPECT_EQ(described.issuer, "CN=middle");
  EXPECT_THAT(described.names, ElementsAre("www.example.com", "10.0.0.30"));
  EXPECT_EQ(described.key, "EC P-256");
  EXPECT_THAT(described.chain, ElementsAre("CN=middle"));
  EXPECT_EQ(described.ocsp_responder, "http://ocsp.example/");
  EXPECT_FALSE(described.is_authority);
  EXPECT_EQ(described.fingerprint.size(), 95U);
  EXPECT_EQ(days_left(described, kNow), 30);
  EXPECT_EQ(days_left(described, kNow + std::chrono::days(31)), -1);
  EXPECT_TRUE(can_be_stapled(described));
}

TEST(Description, WarnsOfAnEndAndOfAMissingIssuer) {
  const auto chain = make_chain();
  const auto complete = describe(chain.leaf + chain.middle + chain.root).value();
  EXPECT_THAT(warnings_about(complete, kNow), IsEmpty());
  EXPECT_THAT(warnings_about(complete, kNow + std::chrono::days(31)), ElementsAre(HasSubstr("expired on")));
  EXPECT_THAT(warnings_about(complete, kNow - std::chrono::days(9)), ElementsAre(HasSubstr("not valid before")));
  const auto incomplete = describe(chain.leaf).value();
  EXPECT_EQ(incomplete.missing_issuer, "CN=middle");
  EXPECT_THAT(warnings_about(incomplete, kNow), ElementsAre(HasSubstr("issuer CN=middle is missing")));
  EXPECT_FALSE(can_be_stapled(incomplete));
}

}  // namespace
}  // namespace evenkeel::certificates
