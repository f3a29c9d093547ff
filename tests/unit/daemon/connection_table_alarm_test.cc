#include "daemon/connection_table_alarm.h"

#include <gtest/gtest.h>

namespace evenkeel::daemon {
namespace {

using std::chrono::seconds;

TEST(ConnectionTableAlarmTest, BeginsWithTheFirstWithoutRoomAndEndsAMinuteAfterTheLast) {
  ConnectionTableAlarm alarm;
  const SteadyTime start{};
  EXPECT_FALSE(alarm.update(start, 0));
  const auto begun = alarm.update(start + seconds(1), 3);
  ASSERT_TRUE(begun);
  EXPECT_TRUE(begun->is_full);
  EXPECT_NE(begun->sentence.find("no room in the connection table (3 packets so far)"), std::string::npos)
      << begun->sentence;
  EXPECT_FALSE(alarm.update(start + seconds(30), 5)) << "still the same trouble";
  EXPECT_NE(alarm.sentence().find("(5 packets"), std::string::npos) << "and the sentence goes on counting";
  EXPECT_FALSE(alarm.update(start + seconds(89), 5));
  const auto ended = alarm.update(start + seconds(90), 5);
  ASSERT_TRUE(ended);
  EXPECT_FALSE(ended->is_full);
  EXPECT_TRUE(alarm.sentence().empty());
  EXPECT_FALSE(alarm.update(start + seconds(200), 5));
  const auto again = alarm.update(start + seconds(201), 6);
  ASSERT_TRUE(again);
  EXPECT_NE(again->sentence.find("(1 packets"), std::string::npos) << "counted anew: " << again->sentence;
}

TEST(ConnectionTableAlarmTest, WhatWasCountedBeforeTheStartIsOver) {
  ConnectionTableAlarm alarm;
  EXPECT_FALSE(alarm.update(SteadyTime{}, 1'000'000)) << "the data plane counts on while evenkeeld is stopped";
  EXPECT_FALSE(alarm.update(SteadyTime{} + seconds(1), 1'000'000));
  EXPECT_TRUE(alarm.update(SteadyTime{} + seconds(2), 1'000'001));
}

TEST(ConnectionTableAlarmTest, CountsThatBeganAnewAreNoNews) {
  ConnectionTableAlarm alarm;
  EXPECT_FALSE(alarm.update(SteadyTime{}, 100));
  EXPECT_FALSE(alarm.update(SteadyTime{} + seconds(1), 2)) << "new maps";
}

}  // namespace
}  // namespace evenkeel::daemon
