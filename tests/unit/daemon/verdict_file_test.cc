#include "daemon/verdict_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/unit/temporary_directory.h"

namespace evenkeel::daemon {
namespace {

using health::Status;
using health::Verdict;

class VerdictFileTest : public testing::Test {
 protected:
  std::string path() const { return directory_ / "verdicts.json"; }

 private:
  TemporaryDirectory directory_;
};

TEST_F(VerdictFileTest, KeepsWhatWasWritten) {
  Status up;
  up.key = {"Print_Provider", "PS1"};
  up.verdict = Verdict::kUp;
  up.since = WallTime{} + std::chrono::milliseconds{1'700'000'000'123};
  up.reason = "TCP connect in 0.3 ms";
  Status down = up;
  down.key.real_server = "PS2";
  down.verdict = Verdict::kDown;
  Status unknown = up;
  unknown.verdict = Verdict::kUnknown;
  const VerdictFile file(path());
  ASSERT_TRUE(file.write({{up, down, unknown}, {{"Print_Provider", 2}}}));
  const auto read = file.read();
  ASSERT_TRUE(read);
  EXPECT_THAT(read->statuses, testing::ElementsAre(up, down));  // what is not known is not worth remembering
  EXPECT_THAT(read->active_tier, testing::ElementsAre(testing::Pair("Print_Provider", 2)));
}

TEST_F(VerdictFileTest, KeepsPathsAlsoThoseThatCannotBeTold) {
  health::PathStatus down{.key = {"Print_Provider", "PS1"},
                          .verdict = Verdict::kDown,
                          .is_pending = false,
                          .since = WallTime{} + std::chrono::milliseconds{1'700'000'000'123},
                          .reason = "no loopback",
                          .last_probe = {}};
  health::PathStatus untold = down;
  untold.key.real_server = "PS2";
  untold.verdict = Verdict::kUnknown;
  health::PathStatus pending = down;
  pending.is_pending = true;
  const VerdictFile file(path());
  ASSERT_TRUE(file.write({{}, {}, {down, untold, pending}}));
  EXPECT_THAT(file.read().value().paths, testing::ElementsAre(down, untold));
}

TEST_F(VerdictFileTest, KeepsWhatAgentsHaveSaid) {
  using health::FeedbackStatus;
  const FeedbackStatus drained{.key = {"Print_Provider", "PS1"},
                               .contact = FeedbackStatus::Contact::kAnswers,
                               .said = {.is_up = false, .mode = health::AgentMode::kMaint, .percent = 40},
                               .answer = "down maint 40%",
                               .reason = "the agent says so"};
  FeedbackStatus silent = drained;
  silent.key.real_server = "PS2";
  silent.contact = FeedbackStatus::Contact::kSilent;
  silent.said = {};
  FeedbackStatus unknown = silent;
  unknown.contact = FeedbackStatus::Contact::kNone;
  const VerdictFile file(path());
  ASSERT_TRUE(file.write({.statuses = {}, .feedback = {drained, silent, unknown}}));
  EXPECT_THAT(file.read().value().feedback, testing::ElementsAre(drained, silent));
}

TEST_F(VerdictFileTest, NoFileIsNoVerdicts) {
  const auto read = VerdictFile(path()).read();
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->statuses.empty());
  EXPECT_TRUE(read->active_tier.empty());
}

TEST_F(VerdictFileTest, ADamagedFileIsAnErrorNotACrash) {
  for (const char* text : {"", "{", "[1]", "[]", "{}", R"({"verdicts":[{"up":1}],"active_tier":{}})",
                           R"({"verdicts":[]})", R"({"verdicts":[],"active_tier":{"X":"2"}})",
                           R"({"verdicts":[],"active_tier":{},"feedback":[{"virtual_service":"X","real_server":"Y",)"
                           R"("silent":false,"up":true,"mode":"asleep","percent":1,"answer":"","reason":""}]})"}) {
    std::ofstream(path(), std::ios::trunc) << text;
    const auto read = VerdictFile(path()).read();
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  }
}

TEST_F(VerdictFileTest, AnUnwritablePlaceIsAnError) {
  const auto written = VerdictFile("/nonexistent/verdicts.json").write({});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kSystem);
}

}  // namespace
}  // namespace evenkeel::daemon
