#include "engines/web_nginx/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::engines::web_nginx {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const WallTime kNow = std::chrono::sys_days(std::chrono::year{2026} / 11 / 26);

std::string generated(const std::string& host = "lb1.print.example", WallTime now = kNow) {
  const auto pem = generate({host, {*IpAddress::parse("10.0.0.1"), *IpAddress::parse("fd00::1")}}, now);
  return pem ? *pem : "";
}

std::string part(const std::string& pem, const std::string& begin, const std::string& end) {
  const size_t from = pem.find(begin);
  return pem.substr(from, pem.find(end) + end.size() - from) + "\n";
}
std::string certificate_in(const std::string& pem) {
  return part(pem, "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
}
std::string key_in(const std::string& pem) {
  return part(pem, "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");
}

TEST(Certificate, AGeneratedOneIsForTheHostAndItsAddresses) {
  const auto certificate = describe(generated());
  ASSERT_TRUE(certificate);
  EXPECT_THAT(certificate->names, ElementsAre("lb1.print.example", "10.0.0.1", "fd00::1"));
  EXPECT_THAT(certificate->subject, StartsWith("CN=lb1.print.example"));
  EXPECT_TRUE(certificate->is_generated);
  EXPECT_LE(certificate->not_after - certificate->not_before, std::chrono::days(825));
  EXPECT_LT(certificate->not_before, kNow);
  EXPECT_EQ(certificate->fingerprint.size(), 32 * 3 - 1);
}

TEST(Certificate, NoTwoAreTheSame) {
  EXPECT_NE(describe(generated())->fingerprint, describe(generated())->fingerprint);
}

TEST(Certificate, AHostNameThatIsNoneIsMadeOne) {
  const auto certificate = describe(generated("a,IP:1.2.3.4\nb"));
  ASSERT_TRUE(certificate);
  EXPECT_EQ(certificate->names.front(), "aIP1.2.3.4b");
}

TEST(Certificate, APairIsJoinedWithTheKeyFirst) {
  const auto pem = generated();
  const auto joined = join(certificate_in(pem), key_in(pem), kNow);
  ASSERT_TRUE(joined);
  EXPECT_THAT(*joined, StartsWith("-----BEGIN PRIVATE KEY-----"));
  EXPECT_EQ(describe(*joined)->fingerprint, describe(pem)->fingerprint);
}

TEST(Certificate, AKeyOfAnotherCertificateIsNamed) {
  const auto joined = join(certificate_in(generated()), key_in(generated()), kNow);
  ASSERT_FALSE(joined);
  EXPECT_EQ(joined.error().where, PairProblem::Where::kKey);
  EXPECT_THAT(joined.error().message, HasSubstr("does not belong"));
}

TEST(Certificate, OneThatHasExpiredIsNamedWithTheDay) {
  const auto pem = generated("old", kNow - std::chrono::days(1000));
  const auto joined = join(certificate_in(pem), key_in(pem), kNow);
  ASSERT_FALSE(joined);
  EXPECT_EQ(joined.error().where, PairProblem::Where::kCertificate);
  EXPECT_EQ(joined.error().message, "it expired on 2026-06-02");
}

TEST(Certificate, OneOfTheFutureIsNamed) {
  const auto pem = generated("new", kNow + std::chrono::days(2));
  EXPECT_THAT(join(certificate_in(pem), key_in(pem), kNow).error().message, HasSubstr("not valid before 2026-11-27"));
}

TEST(Certificate, AChainInTheWrongOrderIsNamed) {
  const auto pem = generated();
  const auto joined = join(certificate_in(pem) + certificate_in(generated("stranger")), key_in(pem), kNow);
  ASSERT_FALSE(joined);
  EXPECT_THAT(joined.error().message, HasSubstr("certificate 2 of the chain"));
}

TEST(Certificate, WhatIsNoPemIsNamedOnItsSide) {
  const auto pem = generated();
  EXPECT_EQ(join("nonsense", key_in(pem), kNow).error().where, PairProblem::Where::kCertificate);
  EXPECT_EQ(join(certificate_in(pem), "nonsense", kNow).error().where, PairProblem::Where::kKey);
  EXPECT_EQ(join(std::string(70'000, 'x'), key_in(pem), kNow).error().where, PairProblem::Where::kCertificate);
  EXPECT_FALSE(describe(""));
}

TEST(Certificate, AKeyWithAPassphraseIsNamed) {
  constexpr const char* kEncrypted = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgwdFm17p6tGgICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEHqDMF+xaosEBFmTGV0VFyAEgZCr
pNsprsmNMLLyxvwOqiVstJiaL4d+jl+6tyKA215POHcBKYLgWvOWzdq1eKrDXt46
tVfvAOVP92JUTHh9iCaEa36aj/UfRnNQv1VeqGShrJ+VAQgpbYd4hztuUZcodbOw
NhJv+oMENNFaqIpGwUNokIyW9uLLCycGVIGH9upP6JxVeThOhebD9VUkS4rvY6Y=
-----END ENCRYPTED PRIVATE KEY-----
)";
  const auto joined = join(certificate_in(generated()), kEncrypted, kNow);
  ASSERT_FALSE(joined);
  EXPECT_THAT(joined.error().message, HasSubstr("passphrase"));
}

}  // namespace
}  // namespace evenkeel::engines::web_nginx
