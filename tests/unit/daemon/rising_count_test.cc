#include "daemon/rising_count.h"

#include <gtest/gtest.h>

namespace evenkeel::daemon {
namespace {

using std::chrono::seconds;
using Change = RisingCount::Change;

constexpr SteadyTime kStart{};

TEST(RisingCountTest, BeginsWithTheFirstRiseAndEndsAWhileAfterTheLast) {
  RisingCount count(seconds(10));
  EXPECT_EQ(count.update(kStart, 100), Change::kNone) << "what was counted before is no rise";
  EXPECT_EQ(count.update(kStart + seconds(1), 103), Change::kBegins);
  EXPECT_EQ(count.update(kStart + seconds(5), 105), Change::kNone);
  EXPECT_EQ(count.risen(), 5U);
  EXPECT_EQ(count.update(kStart + seconds(14), 105), Change::kNone);
  EXPECT_TRUE(count.is_rising());
  EXPECT_EQ(count.update(kStart + seconds(15), 105), Change::kEnds);
  EXPECT_FALSE(count.is_rising());
  EXPECT_EQ(count.update(kStart + seconds(16), 106), Change::kBegins);
  EXPECT_EQ(count.risen(), 1U);
}

TEST(RisingCountTest, WhatBeganAnewIsNoRise) {
  RisingCount count(seconds(10));
  EXPECT_EQ(count.update(kStart, 100), Change::kNone);
  EXPECT_EQ(count.update(kStart, 2), Change::kNone);
  EXPECT_EQ(count.update(kStart, 3), Change::kBegins);
}

}  // namespace
}  // namespace evenkeel::daemon
