#include "model/port_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::model {
namespace {

using ::testing::HasSubstr;

TEST(PortSet, ReadsWhatTheGuideWrites) {
  const std::vector<std::pair<const char*, const char*>> cases = {{"80", "80"},
                                                                  {"9191,9192,9193", "9191,9192,9193"},
                                                                  {"53, 9163, 9164", "53,9163,9164"},
                                                                  {"800-900", "800-900"},
                                                                  {"80,9000-9010", "80,9000-9010"},
                                                                  {"*", "*"},
                                                                  {" * ", "*"},
                                                                  {"1-65535", "*"},
                                                                  {"65535,1", "65535,1"},
                                                                  {"7-7", "7"}};
  for (const auto& [text, normal] : cases) {
    const auto ports = PortSet::parse(text);
    ASSERT_TRUE(ports) << text;
    EXPECT_EQ(ports->to_string(), normal);
    EXPECT_EQ(*PortSet::parse(ports->to_string()), *ports);
  }
}

TEST(PortSet, RefusesWithAReason) {
  const std::vector<std::pair<std::string, const char*>> cases = {{"", "no port is given"},
                                                                  {"  ", "no port is given"},
                                                                  {"80,", "a port is missing"},
                                                                  {",80", "a port is missing"},
                                                                  {"80,,81", "a port is missing"},
                                                                  {"0", "\"0\" is not a port"},
                                                                  {"65536", "\"65536\" is not"},
                                                                  {"99999999999999999999", "is not a port"},
                                                                  {"-1", "\"-1\" is not"},
                                                                  {"http", "\"http\" is not"},
                                                                  {"80-", "\"80-\" is not"},
                                                                  {"80-90-100", "is not a port or range"},
                                                                  {"90-80", "\"90-80\" runs backwards"},
                                                                  {"80,80", "port 80 is there twice"},
                                                                  {"90,80-100", "port 90 is there twice"},
                                                                  {"80-90,85-95", "port 85 is there twice"},
                                                                  {"*,80", "\"*\" is not a port"},
                                                                  {"80 81", "\"80 81\" is not"},
                                                                  {"+80", "is not a port"},
                                                                  {"0x50", "is not a port"},
                                                                  {std::string("80\0", 3), "is not a port"}};
  for (const auto& [text, reason] : cases) {
    const auto ports = PortSet::parse(text);
    ASSERT_FALSE(ports) << text;
    EXPECT_EQ(ports.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(ports.error().message, HasSubstr(reason)) << text;
  }
}

TEST(PortSet, KeepsTheOrderForTheFirstPort) {
  EXPECT_EQ(PortSet::parse("9163,53")->first(), 9163);
  EXPECT_EQ(PortSet::parse("9000-9010,80")->first(), 9000);
  EXPECT_EQ(PortSet().first(), 0);
}

TEST(PortSet, KnowsItsPorts) {
  const auto ports = *PortSet::parse("80,9000-9010");
  for (const uint16_t inside : {80, 9000, 9005, 9010}) EXPECT_TRUE(ports.contains(inside)) << inside;
  for (const uint16_t outside : {79, 81, 8999, 9011, 65535}) EXPECT_FALSE(ports.contains(outside)) << outside;
  EXPECT_TRUE(PortSet::any().contains(1));
  EXPECT_TRUE(PortSet::any().contains(65535));
  EXPECT_FALSE(PortSet::any().contains(0));
}

TEST(PortSet, FindsOverlaps) {
  const auto overlap = [](const char* a, const char* b) { return PortSet::parse(a)->overlaps(*PortSet::parse(b)); };
  const std::vector<std::pair<const char*, const char*>> apart = {
      {"80", "81"}, {"1-10,21-30", "11-20,31"}, {"443", "80,8080"}};
  const std::vector<std::pair<const char*, const char*>> touching = {
      {"80", "80"}, {"90-100,1", "50,100"}, {"*", "7"}, {"1,3,5,7", "2,4,6,7-9"}};
  for (const auto& [a, b] : apart) EXPECT_FALSE(overlap(a, b) || overlap(b, a)) << a << " and " << b;
  for (const auto& [a, b] : touching) EXPECT_TRUE(overlap(a, b) && overlap(b, a)) << a << " and " << b;
  EXPECT_FALSE(PortSet().overlaps(PortSet::any()));
}

}  // namespace
}  // namespace evenkeel::model
