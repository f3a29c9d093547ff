#include "daemon/drain_deadline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::daemon {
namespace {

using model::OperatorState;
using std::chrono::minutes;
using testing::IsEmpty;

class DrainDeadlineTest : public testing::Test {
 protected:
  DrainDeadlineTest() {
    said[key] = {.key = key,
                 .state = OperatorState::kDrain,
                 .author = "anna",
                 .reason = "new toner",
                 .at = WallTime{},
                 .deadline = WallTime{} + minutes(10)};
    counters[key] = {.active = 1, .inactive = 1};
  }

  const model::RealServerKey key{"Print_Provider", "PS1"};
  OperatorActions said;
  std::map<model::RealServerKey, observed::Counters> counters;
};

TEST_F(DrainDeadlineTest, ADrainGoesOnWhileThereIsTimeAndAConnection) {
  EXPECT_TRUE(has_deadline(said));
  EXPECT_THAT(halts_due(said, counters, WallTime{} + minutes(10) - std::chrono::milliseconds(1)), IsEmpty());
  counters[key] = {.active = 0, .inactive = 1};
  EXPECT_THAT(halts_due(said, counters, WallTime{}), IsEmpty());
  counters.clear();
  EXPECT_THAT(halts_due(said, counters, WallTime{}), IsEmpty()) << "nobody knows of its connections";
}

TEST_F(DrainDeadlineTest, TheDeadlineMakesItAHalt) {
  const auto now = WallTime{} + minutes(10);
  const auto halts = halts_due(said, counters, now);
  ASSERT_EQ(halts.size(), 1U);
  EXPECT_EQ(halts[0], (model::OperatorAction{key, OperatorState::kHalt, "drain deadline", "the time to drain is over",
                                             now, std::nullopt}));
}

TEST_F(DrainDeadlineTest, SoDoesTheLastConnectionsEnd) {
  counters[key] = {};
  const auto halts = halts_due(said, counters, WallTime{});
  ASSERT_EQ(halts.size(), 1U);
  EXPECT_EQ(halts[0].reason, "no connection is left");
}

TEST_F(DrainDeadlineTest, ADrainWithoutDeadlineStays) {
  said[key].deadline.reset();
  counters[key] = {};
  EXPECT_FALSE(has_deadline(said));
  EXPECT_THAT(halts_due(said, counters, WallTime{} + minutes(99)), IsEmpty());
}

}  // namespace
}  // namespace evenkeel::daemon
