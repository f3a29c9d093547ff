#include "statistics/sampler.h"

#include <gtest/gtest.h>

namespace evenkeel::statistics {
namespace {

using namespace std::chrono_literals;

class SamplerTest : public testing::Test {
 protected:
  SamplerTest() { clock_.advance(std::chrono::seconds(1'000'000'003)); }

  std::optional<Step> after(std::chrono::nanoseconds time, Reading reading) {
    clock_.advance(time);
    return sampler_.add(clock_.steady_now(), clock_.wall_now(), std::move(reading), {});
  }
  static Reading counted(uint64_t bytes, uint64_t connections, uint64_t active = 0) {
    return {{"virtual_service/A", {bytes, 2 * bytes, connections, active}}};
  }

  FakeClock clock_;
  Sampler sampler_;
};

TEST_F(SamplerTest, TheFirstReadingIsOnlyComparedWith) {
  EXPECT_TRUE(sampler_.is_due(clock_.wall_now()));
  EXPECT_FALSE(after(0s, counted(5'000'000, 7)));
}

TEST_F(SamplerTest, AStepIsWhatWasCountedSinceTheReadingBefore) {
  after(0s, counted(1000, 10));
  const auto step = after(10s, counted(1500, 14, 3));
  ASSERT_TRUE(step);
  EXPECT_EQ(step->at, 1'000'000'000);
  EXPECT_EQ(step->seconds, 10);
  ASSERT_EQ(step->amounts.size(), 1U);
  EXPECT_EQ(step->amounts[0].totals.bytes_in, 500U);
  EXPECT_EQ(step->amounts[0].totals.bytes_out, 1000U);
  EXPECT_EQ(step->amounts[0].totals.connections, 4U);
  EXPECT_EQ(step->amounts[0].totals.active, 3U);
}

TEST_F(SamplerTest, ACounterThatBeganAnewCountsNothingInThatStep) {
  after(0s, counted(1'000'000, 10));
  const auto step = after(10s, counted(400, 12, 1));
  ASSERT_TRUE(step);
  EXPECT_EQ(step->amounts[0].totals.bytes_in, 0U);
  EXPECT_EQ(step->amounts[0].totals.connections, 0U);
  EXPECT_EQ(step->amounts[0].totals.active, 1U);
  EXPECT_EQ(after(10s, counted(900, 13))->amounts[0].totals.bytes_in, 500U);
}

TEST_F(SamplerTest, WhatAppearsWithMillionsOnItsCounterHasNotHadThemInThisStep) {
  after(0s, {});
  const auto step = after(10s, counted(9'000'000, 10));
  ASSERT_TRUE(step);
  EXPECT_EQ(step->amounts[0].totals.bytes_in, 0U);
}

TEST_F(SamplerTest, AReadingIsDueOncePerStep) {
  after(0s, {});
  EXPECT_FALSE(sampler_.is_due(clock_.wall_now() + 6s));
  EXPECT_TRUE(sampler_.is_due(clock_.wall_now() + 7s));
}

TEST_F(SamplerTest, AStepThatTookLongerSaysSo) {
  after(0s, counted(0, 0));
  EXPECT_EQ(after(45s, counted(4500, 0))->seconds, 45);
}

}  // namespace
}  // namespace evenkeel::statistics
