#include "certificates/ocsp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certificates/openssl.h"
#include "chain.h"

namespace evenkeel::certificates {
namespace {

using testing::HasSubstr;

// What the authority `signer` says of the first certificate of the chain.
std::string response(const std::string& chain, const std::string& signer, const std::string& signer_key, int status,
                     WallTime from, WallTime until) {
  const auto certificates = read_certificates(chain).value();
  const auto signers = read_certificates(signer).value();
  const auto key = read_key(signer_key, "");
  const Owned<OCSP_BASICRESP, OCSP_BASICRESP_free> basic(OCSP_BASICRESP_new());
  const auto time = [](WallTime at) { return ASN1_TIME_set(nullptr, std::chrono::system_clock::to_time_t(at)); };
  const Owned<ASN1_TIME, ASN1_TIME_free> begin(time(from));
  const Owned<ASN1_TIME, ASN1_TIME_free> end(time(until));
  const Owned<OCSP_CERTID, OCSP_CERTID_free> id(
      OCSP_cert_to_id(EVP_sha1(), certificates[0].get(), certificates[1].get()));
  OCSP_basic_add1_status(basic.get(), id.get(), status, 0, begin.get(), begin.get(), end.get());
  OCSP_basic_sign(basic.get(), signers[0].get(), key->get(), EVP_sha256(), nullptr, 0);
  const Owned<OCSP_RESPONSE, OCSP_RESPONSE_free> whole(
      OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get()));
  unsigned char* der = nullptr;
  const int length = i2d_OCSP_RESPONSE(whole.get(), &der);
  std::string text(reinterpret_cast<char*>(der), static_cast<size_t>(length));
  OPENSSL_free(der);
  return text;
}

class Ocsp : public testing::Test {
 protected:
  std::string good(WallTime from, WallTime until) const {
    return response(own_, chain_.middle, chain_.middle_key, V_OCSP_CERTSTATUS_GOOD, from, until);
  }

  Chain chain_ = make_chain();
  std::string own_ = chain_.leaf + chain_.middle;
  WallTime later_ = kNow + std::chrono::hours(24);
};

TEST_F(Ocsp, AGoodAnswerHasItsTimes) {
  const auto answer = read_ocsp_response(good(kNow, later_), own_, kNow);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->this_update, kNow);
  EXPECT_EQ(answer->next_update, later_);
}

TEST_F(Ocsp, AnOldAnswerIsNone) {
  EXPECT_THAT(read_ocsp_response(good(kNow, later_), own_, later_).error().message, HasSubstr("not valid now"));
  EXPECT_THAT(read_ocsp_response(good(later_, later_ + std::chrono::hours(1)), own_, kNow).error().message,
              HasSubstr("not valid now"));
}

TEST_F(Ocsp, RevokedIsAnAnswerAndSaid) {
  const auto revoked = response(own_, chain_.middle, chain_.middle_key, V_OCSP_CERTSTATUS_REVOKED, kNow, later_);
  const auto answer = read_ocsp_response(revoked, own_, kNow);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->der, revoked);
  EXPECT_THAT(answer->objection, HasSubstr("has revoked the certificate"));
}

TEST_F(Ocsp, UnknownIsNoAnswer) {
  const auto unknown = response(own_, chain_.middle, chain_.middle_key, V_OCSP_CERTSTATUS_UNKNOWN, kNow, later_);
  EXPECT_THAT(read_ocsp_response(unknown, own_, kNow).error().message, HasSubstr("does not know the certificate"));
}

TEST_F(Ocsp, OnlyTheIssuerMaySaySo) {
  const auto other = make_chain();
  const auto forged = response(own_, other.middle, other.middle_key, V_OCSP_CERTSTATUS_GOOD, kNow, later_);
  EXPECT_THAT(read_ocsp_response(forged, own_, kNow).error().message, HasSubstr("not signed by the issuer"));
  const Key key(EVP_EC_gen("P-256"));
  const auto middle_key = read_key(chain_.middle_key, "");
  const auto sister = sign({"sister", "CA:FALSE", "DNS:sister"}, key.get(), "middle", middle_key->get());
  const auto about_another =
      response(sister + chain_.middle, chain_.middle, chain_.middle_key, V_OCSP_CERTSTATUS_GOOD, kNow, later_);
  EXPECT_THAT(read_ocsp_response(about_another, own_, kNow).error().message, HasSubstr("another certificate"));
}

TEST_F(Ocsp, NonsenseIsNone) {
  EXPECT_FALSE(read_ocsp_response("", own_, kNow));
  EXPECT_FALSE(read_ocsp_response("nonsense", own_, kNow));
  EXPECT_FALSE(read_ocsp_response(good(kNow, later_), chain_.leaf, kNow));
}

TEST_F(Ocsp, TheQuestionNamesTheCertificate) {
  EXPECT_TRUE(make_ocsp_request(own_));
  EXPECT_FALSE(make_ocsp_request(chain_.leaf));
}

}  // namespace
}  // namespace evenkeel::certificates
