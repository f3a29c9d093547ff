#include "health/rhythm.h"

#include <gtest/gtest.h>

namespace evenkeel::health {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kInterval{200};
constexpr Rhythm::Due kStart{std::chrono::hours(1)};

TEST(Rhythm, IsFromOneTimeToTheNextHoweverLateTheProbeWas) {
  Rhythm rhythm;
  EXPECT_EQ(rhythm.next(kStart, kInterval, kStart), kStart + kInterval);
  EXPECT_EQ(rhythm.next(kStart, kInterval, kStart + milliseconds(199)), kStart + kInterval);
}

TEST(Rhythm, GoesOnAtOnceAfterAProbeLongerThanTheInterval) {
  EXPECT_EQ(Rhythm().next(kStart, kInterval, kStart + milliseconds(201)), kStart + milliseconds(201));
}

TEST(Rhythm, ShortensTheFirstTwoGapsByItsPhaseTogether) {
  Rhythm rhythm(0.5);
  EXPECT_EQ(rhythm.next(kStart, kInterval, kStart), kStart + milliseconds(150));
  EXPECT_EQ(rhythm.next(kStart, kInterval, kStart), kStart + milliseconds(150));
  EXPECT_EQ(rhythm.next(kStart, kInterval, kStart), kStart + kInterval);
}

}  // namespace
}  // namespace evenkeel::health
