#include "access/totp.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace evenkeel::access {
namespace {

constexpr std::string_view kKey = "12345678901234567890";
constexpr std::string_view kSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";  // the same in base32

// RFC 4226, appendix D.
TEST(Totp, CodesAreThoseOfRfc4226) {
  constexpr std::array<std::string_view, 10> kExpected{"755224", "287082", "359152", "969429", "338314",
                                                       "254676", "287922", "162583", "399871", "520489"};
  for (size_t step = 0; step < kExpected.size(); ++step) {
    EXPECT_EQ(totp_code(kKey, static_cast<int64_t>(step)), kExpected[step]) << step;
  }
}

// RFC 6238, appendix B, SHA-1: the last six of its eight digits.
TEST(Totp, TimesAreThoseOfRfc6238) {
  const std::vector<std::pair<int64_t, std::string_view>> expected{{59, "287082"},         {1111111109, "081804"},
                                                                   {1111111111, "050471"}, {1234567890, "005924"},
                                                                   {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [seconds, code] : expected) {
    EXPECT_EQ(totp_code(kKey, seconds / 30), code) << seconds;
  }
  EXPECT_EQ(match_totp(kSecret, "081804", WallTime(std::chrono::seconds(1111111109)), 0), 1111111109 / 30);
}

TEST(Totp, CodesOfTheStepBeforeAndAfterCountAndNoOthers) {
  const WallTime now(std::chrono::seconds(3000));  // step 100
  for (const int64_t step : {99, 100, 101}) EXPECT_EQ(match_totp(kSecret, totp_code(kKey, step), now, 0), step);
  for (const int64_t step : {98, 102}) EXPECT_FALSE(match_totp(kSecret, totp_code(kKey, step), now, 0));
}

TEST(Totp, ACodeCountsOnceAndNoOlderOneAfterIt) {
  const WallTime now(std::chrono::seconds(3000));
  EXPECT_FALSE(match_totp(kSecret, totp_code(kKey, 100), now, 100));
  EXPECT_FALSE(match_totp(kSecret, totp_code(kKey, 99), now, 100));
  EXPECT_TRUE(match_totp(kSecret, totp_code(kKey, 101), now, 100));
}

TEST(Totp, WhatIsNoCodeIsWrong) {
  const WallTime now(std::chrono::seconds(3000));
  const std::string code = totp_code(kKey, 100);
  for (const std::string& text : {std::string(), code.substr(1), code + "0", " " + code.substr(1)}) {
    EXPECT_FALSE(match_totp(kSecret, text, now, 0)) << text;
  }
}

TEST(Totp, SecretsAreBase32Of160Bits) {
  const std::string secret = new_totp_secret();
  EXPECT_EQ(decode_base32(secret).value().size(), 20u);
  EXPECT_NE(secret, new_totp_secret());
  EXPECT_EQ(decode_base32(kSecret), kKey);
  EXPECT_FALSE(decode_base32("GEZ1"));
  EXPECT_EQ(totp_url("ann", "ABC"), "otpauth://totp/Evenkeel:ann?secret=ABC&issuer=Evenkeel");
}

}  // namespace
}  // namespace evenkeel::access
