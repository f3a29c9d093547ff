#include "engines/l7_haproxy/message.h"

#include <gtest/gtest.h>

namespace evenkeel::engines::l7_haproxy {
namespace {

using observed::LogLevel;

TEST(Message, HasALevelAndTheProcess) {
  const WallTime at{std::chrono::seconds(7)};
  const auto notice = parse_message("[NOTICE]   (4711) : New worker (4712) forked", at);
  EXPECT_EQ(notice.level, LogLevel::kInfo);
  EXPECT_EQ(notice.text, "(4711) : New worker (4712) forked");
  EXPECT_EQ(notice.at, at);
  EXPECT_EQ(parse_message("[WARNING]  (1) : x", at).level, LogLevel::kWarning);
  EXPECT_EQ(parse_message("[ALERT]    (1) : x", at).level, LogLevel::kError);
  EXPECT_EQ(parse_message("[ALERT]", at).text, "");
}

TEST(Message, OtherLinesStayAsTheyAre) {
  const auto line = parse_message("  | more of it", std::nullopt);
  EXPECT_FALSE(line.level);
  EXPECT_FALSE(line.at);
  EXPECT_EQ(line.text, "  | more of it");
}

}  // namespace
}  // namespace evenkeel::engines::l7_haproxy
