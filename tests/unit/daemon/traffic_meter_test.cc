#include "daemon/traffic_meter.h"

#include <gtest/gtest.h>

namespace evenkeel::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ServiceReason = engines::l4_xdp::L4Engine::ServiceReason;

class TrafficMeterTest : public testing::Test {
 protected:
  TrafficMeterTest() { counters.reasons = {{"halted", "", 1000, "", {}}}; }

  // A second passes in which so much happens.
  void pass(uint64_t packets, std::chrono::nanoseconds time = seconds(1)) {
    clock.advance(time);
    for (auto* sum : {&counters.real_servers[key], &counters.virtual_services["VS"]}) {
      sum->packets += packets;
      sum->bytes += 100 * packets;
      sum->connections += 1;
      sum->packets_out += 2 * packets;
      sum->bytes_out += 1000 * packets;
    }
    counters.reasons[0].packets += 3;
    counters.service_reasons[{"VS", "halted"}] += 2;
    meter.add(clock.steady_now(), counters);
  }
  observed::Windows<observed::Rate> rates() const { return meter.of(key); }

  const model::RealServerKey key{"VS", "RS"};
  FakeClock clock;
  engines::l4_xdp::L4Engine::Counters counters;
  TrafficMeter meter;
};

TEST_F(TrafficMeterTest, OneReadingIsNoRate) {
  EXPECT_FALSE(rates().second);
  pass(10);
  EXPECT_FALSE(rates().second || rates().ten_seconds || rates().minute);
}

TEST_F(TrafficMeterTest, TheLastSecondIsTheLastTwoReadings) {
  pass(1'000'000);
  pass(10);
  pass(30);
  const auto rate = *rates().second;
  EXPECT_DOUBLE_EQ(rate.packets, 30);
  EXPECT_DOUBLE_EQ(rate.bytes, 3000);
  EXPECT_DOUBLE_EQ(rate.connections, 1);
  EXPECT_DOUBLE_EQ(rate.packets_out, 60);
  EXPECT_DOUBLE_EQ(rate.bytes_out, 30'000);
  EXPECT_FALSE(rates().ten_seconds) << "two seconds are not ten";
  EXPECT_DOUBLE_EQ(meter.of("VS").second->packets, 30);
  EXPECT_DOUBLE_EQ(*meter.of_reason("halted").second, 3);
  EXPECT_DOUBLE_EQ(*meter.of_reason(ServiceReason("VS", "halted")).second, 2);
  EXPECT_FALSE(meter.of_reason(ServiceReason("VS", "reset")).second);
}

TEST_F(TrafficMeterTest, IdleTimeCountsLikeAnyOther) {
  const model::RealServerKey idle{"VS", "Idle"};
  counters.real_servers[idle].packets = 500;
  for (int i = 0; i < 75; ++i) pass(1);
  ASSERT_TRUE(meter.of(idle).minute);
  EXPECT_DOUBLE_EQ(meter.of(idle).minute->packets, 0);
  counters.real_servers[idle].packets += 100;
  pass(1);
  EXPECT_DOUBLE_EQ(meter.of(idle).second->packets, 100);
  EXPECT_DOUBLE_EQ(meter.of(idle).ten_seconds->packets, 10);
  EXPECT_NEAR(meter.of(idle).minute->packets, 100.0 / 60, 0.2);
  pass(1);
  EXPECT_DOUBLE_EQ(meter.of(idle).second->packets, 0);
}

TEST_F(TrafficMeterTest, RatesAreOfTheTimeThatReallyPassed) {
  pass(0);
  pass(30, milliseconds(1500));
  EXPECT_DOUBLE_EQ(rates().second->packets, 20);
}

TEST_F(TrafficMeterTest, LongerWindowsAverage) {
  pass(0);
  for (int second = 1; second <= 200; ++second) pass(static_cast<uint64_t>(second));
  EXPECT_DOUBLE_EQ(rates().second->packets, 200);
  EXPECT_DOUBLE_EQ(rates().ten_seconds->packets, (191 + 200) / 2.0);
  // Between 55 and 65 s: older readings are kept every ten seconds.
  EXPECT_GE(rates().minute->packets, (200 - 64 + 200) / 2.0);
  EXPECT_LE(rates().minute->packets, (200 - 54 + 200) / 2.0);
  EXPECT_DOUBLE_EQ(rates().minute->connections, 1);
}

TEST_F(TrafficMeterTest, ABurstLeavesEachWindowInItsTime) {
  pass(0);
  pass(6000);
  for (int second = 0; second < 5; ++second) pass(0);
  EXPECT_DOUBLE_EQ(rates().second->packets, 0);
  EXPECT_GT(rates().ten_seconds->packets, 0);
  for (int second = 0; second < 20; ++second) pass(0);
  EXPECT_DOUBLE_EQ(rates().ten_seconds->packets, 0);
  for (int second = 0; second < 60; ++second) pass(0);
  EXPECT_DOUBLE_EQ(rates().minute->packets, 0);
}

TEST_F(TrafficMeterTest, WhatIsAddedAnewStartsOver) {
  for (int second = 0; second < 20; ++second) pass(10);
  counters.real_servers[key] = {};
  pass(5);
  EXPECT_FALSE(rates().second) << "or the rate would be absurd";
  pass(7);
  EXPECT_DOUBLE_EQ(rates().second->packets, 7);
  EXPECT_TRUE(meter.of("VS").ten_seconds) << "others go on";
  counters.real_servers.clear();
  counters.virtual_services.clear();
  meter.add(clock.steady_now() + seconds(1), counters);
  EXPECT_FALSE(rates().second);
}

}  // namespace
}  // namespace evenkeel::daemon
