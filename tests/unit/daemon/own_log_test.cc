#include "daemon/own_log.h"

#include <gtest/gtest.h>
#include <spdlog/logger.h>

namespace evenkeel::daemon {
namespace {

using observed::LogLevel;

TEST(OwnLog, RemembersWhatTheLoggerLetsThrough) {
  const auto log = std::make_shared<observed::ProgramLog>();
  spdlog::logger logger("test", remember_in(log));
  logger.debug("not at this level");
  logger.info("probing with token={}", "sesame");
  logger.warn("slow");
  logger.error("broken");
  const auto page = log->after(0, "", 10);
  ASSERT_EQ(page.lines.size(), 3U);
  EXPECT_EQ(page.lines[0].text, "probing with token=****");
  EXPECT_EQ(page.lines[0].level, LogLevel::kInfo);
  EXPECT_TRUE(page.lines[0].at);
  EXPECT_EQ(page.lines[1].level, LogLevel::kWarning);
  EXPECT_EQ(page.lines[2].level, LogLevel::kError);
}

}  // namespace
}  // namespace evenkeel::daemon
