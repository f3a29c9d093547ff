#include "daemon/slow_start.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::daemon {
namespace {

using desired::Health;
using model::OperatorState;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class SlowStartTest : public testing::Test {
 protected:
  SlowStartTest() {
    service.label = "Print_Provider";
    service.slow_start = seconds(100);
    service.real_servers.resize(1);
    service.real_servers[0].label = "PS1";
  }
  void observe_at(SteadyTime::duration since_start) {
    now = SteadyTime{} + since_start;
    slow_start.observe(service, health, said, now);
  }
  // 10: its full weight.
  int tenths() const {
    const auto found = slow_start.tenths().find(key);
    return found == slow_start.tenths().end() ? 10 : found->second;
  }

  const model::RealServerKey key{"Print_Provider", "PS1"};
  model::VirtualService service;
  SlowStart::Health health;
  SlowStart::OperatorSaid said;
  SlowStart slow_start;
  SteadyTime now;
};

TEST_F(SlowStartTest, RampsInTenSteps) {
  health[key] = Health::kDown;
  observe_at(seconds(0));
  EXPECT_EQ(slow_start.next_step(now), std::nullopt);
  health[key] = Health::kUp;
  for (int step = 1; step <= 9; ++step) {
    const seconds begin(1000 + 10 * (step - 1));
    observe_at(begin);
    EXPECT_EQ(tenths(), step);
    EXPECT_EQ(slow_start.next_step(now), SteadyTime{} + begin + seconds(10));
    observe_at(begin + milliseconds(9999));
    EXPECT_EQ(tenths(), step);
    EXPECT_THAT(slow_start.ramping(), ElementsAre("Print_Provider"));
  }
  observe_at(seconds(1090));
  EXPECT_EQ(tenths(), 10);
  EXPECT_EQ(slow_start.next_step(now), std::nullopt);
  EXPECT_THAT(slow_start.ramping(), IsEmpty());
  observe_at(seconds(2000));
  EXPECT_EQ(tenths(), 10) << "it does not begin anew";
}

TEST_F(SlowStartTest, TheFirstVerdictIsNoComingUp) {
  observe_at(seconds(0));
  health[key] = Health::kUp;
  observe_at(seconds(1));
  EXPECT_EQ(tenths(), 10);
}

TEST_F(SlowStartTest, UnknownInBetweenMakesNoDifference) {
  health[key] = Health::kDown;
  observe_at(seconds(0));
  health[key] = Health::kUnknown;
  observe_at(seconds(1));
  EXPECT_EQ(tenths(), 10) << "it takes none either way";
  health[key] = Health::kUp;
  observe_at(seconds(2));
  EXPECT_EQ(tenths(), 1);
}

TEST_F(SlowStartTest, AHaltedServerRampsAndADrainedOneDoesNot) {
  health[key] = Health::kUp;
  said[key] = OperatorState::kHalt;
  observe_at(seconds(0));
  said.clear();
  observe_at(seconds(1));
  EXPECT_EQ(tenths(), 1);
  observe_at(seconds(200));
  said[key] = OperatorState::kDrain;
  observe_at(seconds(201));
  said.clear();
  observe_at(seconds(202));
  EXPECT_EQ(tenths(), 10);
}

TEST_F(SlowStartTest, GoingDownInBetweenBeginsAnew) {
  health[key] = Health::kDown;
  observe_at(seconds(0));
  health[key] = Health::kUp;
  observe_at(seconds(1));
  observe_at(seconds(51));
  EXPECT_EQ(tenths(), 6);
  health[key] = Health::kDown;
  observe_at(seconds(52));
  health[key] = Health::kUp;
  observe_at(seconds(53));
  EXPECT_EQ(tenths(), 1);
}

TEST_F(SlowStartTest, WithoutItsLengthThereIsNone) {
  service.slow_start = seconds(0);
  health[key] = Health::kDown;
  observe_at(seconds(0));
  health[key] = Health::kUp;
  observe_at(seconds(1));
  EXPECT_EQ(tenths(), 10);
}

TEST_F(SlowStartTest, WhatIsGoneIsForgotten) {
  health[key] = Health::kDown;
  observe_at(seconds(0));
  service.real_servers.clear();
  observe_at(seconds(1));
  service.real_servers.resize(1);
  service.real_servers[0].label = "PS1";
  health[key] = Health::kUp;
  observe_at(seconds(2));
  EXPECT_EQ(tenths(), 10) << "another server of the same name";
  health[key] = Health::kDown;
  observe_at(seconds(3));
  health[key] = Health::kUp;
  observe_at(seconds(4));
  slow_start.keep_only({"MobilityPrint"});
  EXPECT_THAT(slow_start.tenths(), IsEmpty());
  EXPECT_EQ(slow_start.next_step(now), std::nullopt);
}

TEST_F(SlowStartTest, OddLengthsAreNeverAskedForTooEarly) {
  service.slow_start = seconds(7);
  health[key] = Health::kDown;
  observe_at(seconds(0));
  health[key] = Health::kUp;
  observe_at(seconds(1));
  for (int step = 2; step <= 10; ++step) {
    observe_at(*slow_start.next_step(now) - SteadyTime{});
    EXPECT_EQ(tenths(), step);
  }
}

}  // namespace
}  // namespace evenkeel::daemon
