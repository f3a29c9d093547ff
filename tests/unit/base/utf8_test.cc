#include "base/utf8.h"

#include <gtest/gtest.h>

namespace evenkeel {
namespace {

TEST(Utf8, WhatIsReadableStays) {
  EXPECT_EQ(readable("Grüße, 世界"), "Grüße, 世界");
  EXPECT_EQ(readable(""), "");
}

TEST(Utf8, ControlCharactersBecomeSpaces) {
  EXPECT_EQ(readable("one\ntwo\tthree\x7f"), "one two three ");
  EXPECT_EQ(readable(std::string_view("a\0b", 3)), "a b");
}

TEST(Utf8, BytesThatAreNoTextBecomeSpaces) {
  EXPECT_EQ(readable("schema (\xb4\xff)"), "schema (  )");
  EXPECT_TRUE(is_utf8(readable("\xc3(")));
}

TEST(Utf8, IsCutBetweenSequences) {
  EXPECT_EQ(start_of("aü", 2), "a");
  EXPECT_EQ(start_of("aü", 3), "aü");
  EXPECT_EQ(start_of("\xbc\xbc", 1), "");
}

}  // namespace
}  // namespace evenkeel
