#include "base/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel {
namespace {

TEST(Base64, WritesWhatTheStandardSays) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64("\xfb\xff"), "+/8=");
  EXPECT_EQ(to_base64url("\xfb\xff"), "-_8");
  EXPECT_EQ(to_base64url("f"), "Zg");
}

TEST(Base64, ComesBack) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes) << byte;
    bytes += static_cast<char>(byte);
  }
}

TEST(Base64, ReadsNothingElse) {
  for (const char* text : {"!", "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=",
                           "====", "Zg==Zg==", "Z=g=", "-_8=", " Zg==", "Zg==\n", "Zm9v\nYmFy", "    ", "Zg==    "}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
  EXPECT_FALSE(from_base64(std::string("Zg=\0", 4)));
}

TEST(Base64, PassesOverWhiteSpaceWhereItMay) {
  EXPECT_EQ(from_base64(" Zm9v\r\nYmFy\n", WhiteSpace::kPassedOver), "foobar");
  EXPECT_EQ(from_base64("\n", WhiteSpace::kPassedOver), "");
  EXPECT_FALSE(from_base64("Zm9v\nYmF", WhiteSpace::kPassedOver));
}

}  // namespace
}  // namespace evenkeel
