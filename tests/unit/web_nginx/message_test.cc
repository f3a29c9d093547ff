#include "engines/web_nginx/message.h"

#include <gtest/gtest.h>
#include <time.h>

namespace evenkeel::engines::web_nginx {
namespace {

using observed::LogLevel;

TEST(Message, HasTheLogsOwnTimeAndLevel) {
  tm parts{};
  ASSERT_NE(::strptime("2026/11/26 07:30:00", "%Y/%m/%d %H:%M:%S", &parts), nullptr);
  parts.tm_isdst = -1;
  const auto expected = std::chrono::system_clock::from_time_t(::mktime(&parts));
  const auto line = parse_message("nginx-web", "2026/11/26 07:30:00 [emerg] 12#12: bind() failed", std::nullopt);
  EXPECT_EQ(line.at, expected);
  EXPECT_EQ(line.level, LogLevel::kError);
  EXPECT_EQ(line.text, "nginx-web: 12#12: bind() failed");
  EXPECT_EQ(parse_message("", "2026/11/26 07:30:00 [warn] 1#1: x", std::nullopt).level, LogLevel::kWarning);
  EXPECT_EQ(parse_message("", "2026/11/26 07:30:00 [notice] 1#1: x", std::nullopt).level, LogLevel::kInfo);
}

TEST(Message, WhatItPrintsHasTheTimeWhenItWasFound) {
  const WallTime at{std::chrono::seconds(7)};
  const auto line = parse_message("nginx-fallback", "nginx: [emerg] unknown directive", at);
  EXPECT_EQ(line.at, at);
  EXPECT_EQ(line.level, LogLevel::kError);
  EXPECT_EQ(line.text, "nginx-fallback: unknown directive");
  const auto odd = parse_message("nginx-web", "2026/11/26 something", at);
  EXPECT_EQ(odd.at, at);
  EXPECT_FALSE(odd.level);
  EXPECT_EQ(odd.text, "nginx-web: 2026/11/26 something");
}

}  // namespace
}  // namespace evenkeel::engines::web_nginx
