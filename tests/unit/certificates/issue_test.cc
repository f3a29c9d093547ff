#include "certificates/issue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certificates/bundle.h"
#include "certificates/ciphers.h"
#include "certificates/description.h"
#include "chain.h"

namespace evenkeel::certificates {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Issue, SelfSignedIsForItsNamesAndItsDays) {
  for (const char* kind : {"ec-p256", "ec-p384", "rsa-2048"}) {
    const auto key = make_key(*key_kind(kind)).value();
    const Subject subject{.names = {"www.example.com", "*.example.com", "fd77::110"}, .organisation = "Käse & Co"};
    const auto certificate = self_sign(key, subject, 90, kNow);
    ASSERT_TRUE(certificate) << certificate.error().message;
    const auto described = describe(*certificate).value();
    EXPECT_EQ(described.subject, "CN=www.example.com,O=Käse & Co");
    EXPECT_THAT(described.names, ElementsAre("www.example.com", "*.example.com", "fd77::110"));
    EXPECT_EQ(days_left(described, kNow), 90);
    EXPECT_TRUE(described.is_self_signed);
    EXPECT_THAT(warnings_about(described, kNow), IsEmpty());
    EXPECT_TRUE(read_pem(*certificate + key, "", ""));
  }
}

TEST(Issue, ARequestCarriesItsNames) {
  const auto key = make_key(KeyKind::kEcP256).value();
  const auto request = make_request(key, {.names = {"www.example.com", "10.0.0.30"}, .country = "CH"});
  ASSERT_TRUE(request) << request.error().message;
  const Bio in = bio_over(*request);
  const Request parsed(PEM_read_bio_X509_REQ(in.get(), nullptr, nullptr, nullptr));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(name_of(X509_REQ_get_subject_name(parsed.get())), "CN=www.example.com,C=CH");
  EXPECT_EQ(X509_REQ_verify(parsed.get(), X509_REQ_get0_pubkey(parsed.get())), 1);
  STACK_OF(X509_EXTENSION)* const extensions = X509_REQ_get_extensions(parsed.get());
  EXPECT_EQ(sk_X509_EXTENSION_num(extensions), 1);
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

TEST(Issue, RefusesWhatIsNoName) {
  const auto key = make_key(KeyKind::kEcP256).value();
  EXPECT_THAT(make_request(key, {}).error().message, HasSubstr("needs a name"));
  for (const char* name : {"a b", "www.example.com,DNS:evil.example", "", ".", "a..b", "x\ny"}) {
    EXPECT_THAT(make_request(key, {.names = {name}}).error().message, HasSubstr("neither a host name nor an address"));
  }
  EXPECT_THAT(make_request(key, {.names = {"x"}, .country = "Switzerland"}).error().message, HasSubstr("C cannot be"));
}

TEST(Ciphers, NamesThoseThatThereAreNot) {
  EXPECT_THAT(unknown_ciphers("ECDHE-RSA-AES128-GCM-SHA256:ECDHE+AESGCM:!aNULL:-DES:DEFAULT:@SECLEVEL=0"), IsEmpty());
  EXPECT_THAT(unknown_ciphers("ECDHE-RSA-AES128-GCM-SHA256:NONSENSE:AES"), ElementsAre("NONSENSE"));
  EXPECT_THAT(unknown_ciphers("@SECLEVEL"), ElementsAre("@SECLEVEL"));
  EXPECT_THAT(unknown_suites("TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256"), IsEmpty());
  EXPECT_THAT(unknown_suites("TLS_AES_128_GCM_SHA256:TLS_ROT13"), ElementsAre("TLS_ROT13"));
}

}  // namespace
}  // namespace evenkeel::certificates
