#include "health/agent_report.h"

#include <gtest/gtest.h>

namespace evenkeel::health {
namespace {

struct Said {
  const char* text;
  AgentReport report;
};

class AgentWords : public testing::TestWithParam<Said> {};

TEST_P(AgentWords, AreUnderstood) {
  const auto report = parse_agent_report(GetParam().text, BareNumber::kIsNothing);
  ASSERT_TRUE(report) << report.error();
  EXPECT_EQ(*report, GetParam().report);
}

INSTANTIATE_TEST_SUITE_P(
    Health, AgentWords,
    testing::Values(Said{"75%\n", {.percent = 75}}, Said{"75%", {.percent = 75}}, Said{"0%\r\n", {.percent = 0}},
                    Said{"up ready 75%\n", {.is_up = true, .mode = AgentMode::kReady, .percent = 75}},
                    Said{"UP 75%", {.is_up = true, .percent = 75}}, Said{"up,100%", {.is_up = true, .percent = 100}},
                    Said{" \n drain\n", {.mode = AgentMode::kDrain}}, Said{"Maint", {.mode = AgentMode::kMaint}},
                    Said{"down#no licence left\n", {.is_up = false}}, Said{"fail # 75% of nothing", {.is_up = false}},
                    Said{"stopped", {.is_up = false}}, Said{"ready", {.mode = AgentMode::kReady}},
                    Said{"up maxconn:30 50%", {.is_up = true, .percent = 50}}, Said{"12.9%", {.percent = 12}},
                    Said{"250%", {.percent = 100}}, Said{"99999999999999999999%", {.percent = 100}},
                    Said{"drain\nup 100%", {.mode = AgentMode::kDrain}}));

TEST(AgentReport, WhatSaysNothingIsAnError) {
  for (const char* text :
       {"", "\n", "# up", "hello", "75", "-5%", "%", "7x%", "1.x%", "HTTP/1.1 400 Bad Request\r\n"}) {
    EXPECT_FALSE(parse_agent_report(text, BareNumber::kIsNothing)) << text;
  }
  EXPECT_EQ(parse_agent_report("hello", BareNumber::kIsNothing).error(),
            "\"hello\" is nothing that an agent says, such as \"75%\" or \"drain\"");
}

TEST(AgentReport, APageMayBeANumber) {
  EXPECT_EQ(parse_agent_report("\n 75 \n", BareNumber::kIsPercent)->percent, 75);
  EXPECT_EQ(parse_agent_report("33.3", BareNumber::kIsPercent)->percent, 33);
  EXPECT_EQ(parse_agent_report("drain", BareNumber::kIsPercent)->mode, AgentMode::kDrain);
  EXPECT_FALSE(parse_agent_report("<html>", BareNumber::kIsPercent));
}

TEST(AgentState, WhatIsNotMentionedStays) {
  AgentState state;
  const auto take = [&](const char* text) { state.take(*parse_agent_report(text, BareNumber::kIsNothing)); };
  take("drain");
  take("50%");
  EXPECT_TRUE(state.takes_none()) << "only the agent takes back what it has said";
  EXPECT_EQ(state.percent, 50);
  take("ready");
  EXPECT_FALSE(state.takes_none());
  EXPECT_EQ(state.percent, 50);
  take("down");
  take("80%");
  EXPECT_FALSE(state.is_up);
  take("up");
  EXPECT_TRUE(state.is_up);
  take("0%");
  EXPECT_TRUE(state.takes_none());
}

}  // namespace
}  // namespace evenkeel::health
