#include "health/history.h"

#include <gtest/gtest.h>

#include <string>

#include "health/advice.h"

namespace evenkeel::health {
namespace {

using std::chrono::seconds;

class HistoryTest : public testing::Test {
 protected:
  void add(Outcome outcome, const std::string& reason, const std::string& answer = "") {
    ProbeResult result{outcome, reason, "connect"};
    result.trace.answer = answer;
    result.trace.total = std::chrono::microseconds(300);
    history_.add(WallTime{} + seconds(++count_), result);
  }
  // Newest first: the reason of the evidence, "-" where there is none.
  std::string shown() const {
    std::string text;
    for (const ProbeRecord& record : history_.records()) {
      text += (text.empty() ? "" : " ") + (record.evidence ? record.evidence->reason : "-");
    }
    return text;
  }

  History history_;
  int count_ = 0;
};

TEST_F(HistoryTest, KeepsTheEvidenceOfTheSuccessThatEndsAFailure) {
  add(Outcome::kSuccess, "up1");
  add(Outcome::kSuccess, "up2");
  add(Outcome::kFailure, "down");
  add(Outcome::kSuccess, "up3");
  add(Outcome::kSuccess, "up4");
  EXPECT_EQ(shown(), "- up3 down - -") << "the older success gives its place to the newer one";
  EXPECT_EQ(history_.records().front().at, WallTime{} + seconds(5));
  EXPECT_EQ(history_.records().front().duration, std::chrono::microseconds(300));
}

TEST_F(HistoryTest, EqualFailuresShareTheirEvidence) {
  add(Outcome::kFailure, "refused");
  add(Outcome::kFailure, "refused");
  EXPECT_EQ(shown(), "refused refused");
  const auto records = history_.records();
  EXPECT_EQ(records[0].evidence, records[1].evidence);
}

TEST_F(HistoryTest, ADifferentAnswerIsOtherEvidence) {
  add(Outcome::kFailure, "HTTP 500", "a");
  add(Outcome::kFailure, "HTTP 500", "b");
  EXPECT_NE(history_.records()[0].evidence, history_.records()[1].evidence);
}

TEST_F(HistoryTest, OfManyDifferentFailuresTheLastThreeAreKept) {
  add(Outcome::kSuccess, "up");
  for (int i = 1; i <= 5; ++i) add(Outcome::kFailure, std::to_string(i));
  EXPECT_EQ(shown(), "5 4 3 - - up");
}

TEST_F(HistoryTest, FiftyProbesAreRemembered) {
  for (int i = 1; i <= 120; ++i) add(i % 2 == 0 ? Outcome::kSuccess : Outcome::kFailure, std::to_string(i));
  const auto records = history_.records();
  ASSERT_EQ(records.size(), History::kProbes);
  EXPECT_EQ(records.front().at, WallTime{} + seconds(120));
  EXPECT_EQ(records.back().at, WallTime{} + seconds(71));
  EXPECT_EQ(records[0].evidence->reason, "120");
  EXPECT_EQ(records[1].evidence->reason, "119");
  EXPECT_EQ(records[2].evidence, nullptr);
}

TEST(Advice, SaysWhereToLook) {
  Target target;
  target.port = 445;
  EXPECT_EQ(advice(target, {Outcome::kSuccess, "fine", "connect"}), "");
  EXPECT_NE(advice(target, {Outcome::kFailure, "connection refused by 10.0.0.1:445", "connect"}).find("port 445"),
            std::string::npos);
  EXPECT_NE(advice(target, {Outcome::kFailure, "HTTP 403 where 200-299 is allowed", "allowed_status"}).find("key"),
            std::string::npos);
  ProbeResult hangs{Outcome::kFailure, "no answer", "timeout"};
  EXPECT_NE(advice(target, hangs).find("nothing came back"), std::string::npos);
  hangs.trace.connected = std::chrono::microseconds(200);
  EXPECT_NE(advice(target, hangs).find("accepts connections"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::health
