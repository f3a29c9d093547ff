#include "daemon/source_port_exhaustion.h"

#include <gtest/gtest.h>

namespace evenkeel::daemon {
namespace {

using std::chrono::seconds;

constexpr SteadyTime kStart{};

TEST(SourcePortExhaustionTest, BeginsWithTheFirstWithoutAPortAndEndsAWhileAfterTheLast) {
  SourcePortExhaustion alarm;
  EXPECT_TRUE(alarm.update(kStart, {{"VS", 0}, {"Other", 0}}).empty());
  const auto begun = alarm.update(kStart + seconds(1), {{"VS", 3}, {"Other", 0}});
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_EQ(begun[0].virtual_service, "VS");
  EXPECT_TRUE(begun[0].is_exhausted);
  EXPECT_EQ(begun[0].sentence,
            "new connections find no source port and are dropped (3 packets so far): add source addresses to the "
            "virtual service");
  EXPECT_TRUE(alarm.update(kStart + seconds(10), {{"VS", 5}, {"Other", 0}}).empty()) << "still the same trouble";
  EXPECT_NE(alarm.exhausted().at("VS").find("(5 packets"), std::string::npos) << "and the sentence goes on counting";
  EXPECT_FALSE(alarm.exhausted().contains("Other"));
  EXPECT_TRUE(alarm.update(kStart + seconds(29), {{"VS", 5}, {"Other", 0}}).empty());
  const auto ended = alarm.update(kStart + seconds(30), {{"VS", 5}, {"Other", 0}});
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_FALSE(ended[0].is_exhausted);
  EXPECT_EQ(ended[0].sentence, "no new connection has lacked a source port for 20 s");
  EXPECT_TRUE(alarm.exhausted().empty());
  EXPECT_TRUE(alarm.update(kStart + seconds(200), {{"VS", 5}}).empty());
  const auto again = alarm.update(kStart + seconds(201), {{"VS", 6}});
  ASSERT_EQ(again.size(), 1U);
  EXPECT_NE(again[0].sentence.find("(1 packets"), std::string::npos) << "counted anew: " << again[0].sentence;
}

TEST(SourcePortExhaustionTest, WhatWasCountedBeforeIsOver) {
  SourcePortExhaustion alarm;
  EXPECT_TRUE(alarm.update(kStart, {{"VS", 1'000'000}}).empty()) << "the data plane counts on without evenkeeld";
  EXPECT_TRUE(alarm.update(kStart + seconds(1), {{"Renamed", 1'000'000}}).empty()) << "it brings its counts along";
  EXPECT_EQ(alarm.update(kStart + seconds(2), {{"Renamed", 1'000'001}}).size(), 1U);
}

TEST(SourcePortExhaustionTest, AServiceThatIsRemovedIsForgotten) {
  SourcePortExhaustion alarm;
  EXPECT_TRUE(alarm.update(kStart, {{"VS", 0}}).empty());
  EXPECT_EQ(alarm.update(kStart, {{"VS", 1}}).size(), 1U);
  EXPECT_TRUE(alarm.update(kStart, {}).empty());
  EXPECT_TRUE(alarm.exhausted().empty());
  EXPECT_TRUE(alarm.update(kStart, {{"VS", 0}}).empty()) << "another one of that name";
  EXPECT_EQ(alarm.update(kStart, {{"VS", 1}}).size(), 1U);
}

}  // namespace
}  // namespace evenkeel::daemon
