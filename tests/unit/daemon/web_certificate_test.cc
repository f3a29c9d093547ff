#include "daemon/web_certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certificates/issue.h"
#include "engines/web_nginx/certificate.h"

namespace evenkeel::daemon {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const WallTime kNow = WallTime(std::chrono::seconds(1800000000));

desired::Certificate made(int days = 90) {
  desired::Certificate certificate;
  certificate.key = certificates::make_key(certificates::KeyKind::kEcP256).value();
  certificate.chain = certificates::self_sign(certificate.key, {.names = {"lb.example"}}, days, kNow).value();
  return certificate;
}

TEST(WebCertificateFile, IsReadAsItWasWritten) {
  for (const WebCertificateFile& file : {WebCertificateFile{.pem = "PEM\n", .stored = "www"},
                                         WebCertificateFile{.pem = "PEM\n", .stored = ""}, WebCertificateFile{}}) {
    EXPECT_EQ(parse_web_certificate(to_text(file)), file);
  }
  EXPECT_EQ(to_text({.pem = "PEM\n", .stored = {}}), "PEM\n");  // as it was before any was stored
  EXPECT_EQ(parse_web_certificate("Stored certificate: www"), (WebCertificateFile{.pem = "", .stored = "www"}));
}

TEST(WebCertificateFile, SaysNothingThatReadersOfPemWouldNotPassOver) {
  const auto pem = pem_of_stored("www", made(), kNow).value();
  EXPECT_THAT(pem, StartsWith("-----BEGIN PRIVATE KEY"));
  const auto described = engines::web_nginx::describe(to_text({.pem = pem, .stored = "www"}));
  ASSERT_TRUE(described);
  EXPECT_EQ(described->fingerprint, engines::web_nginx::describe(pem)->fingerprint);
}

TEST(PemOfStored, SaysWhyItWillNotDo) {
  EXPECT_EQ(pem_of_stored("www", std::nullopt, kNow).error(), "there is no certificate www any more");
  auto of_another = made();
  of_another.key = made().key;
  EXPECT_THAT(pem_of_stored("www", of_another, kNow).error(),
              HasSubstr("the key of www will not do: the key does not belong to the certificate"));
  auto without = made();
  without.key.clear();
  EXPECT_THAT(pem_of_stored("www", without, kNow).error(), HasSubstr("there is no private key"));
  EXPECT_THAT(pem_of_stored("www", made(1), kNow + std::chrono::days(2)).error(),
              HasSubstr("the certificate of www will not do: it expired on"));
}

}  // namespace
}  // namespace evenkeel::daemon
