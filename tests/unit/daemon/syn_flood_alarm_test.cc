#include "daemon/syn_flood_alarm.h"

#include <gtest/gtest.h>

namespace evenkeel::daemon {
namespace {

model::Configuration limited(int limit) {
  model::Configuration configuration;
  auto& service = configuration.virtual_services.emplace_back();
  service.label = "VS";
  service.half_open_limit = limit;
  return configuration;
}

TEST(SynFloodAlarmTest, BeginsAtTheLimitAndEndsBelowEightyPercentOfIt) {
  SynFloodAlarm alarm;
  const auto configuration = limited(100);
  EXPECT_TRUE(alarm.update(configuration, {{"VS", 99}}).empty());
  const auto begun = alarm.update(configuration, {{"VS", 100}});
  ASSERT_EQ(begun.size(), 1u);
  EXPECT_TRUE(begun[0].is_flooded);
  EXPECT_EQ(alarm.flooded().at("VS"),
            "100 half-open connections, the limit is 100: a flood of SYNs, or a limit that is too low. What is done "
            "about it: syn_flood automatic");
  EXPECT_TRUE(alarm.update(configuration, {{"VS", 80}}).empty()) << "no coming and going at the limit";
  const auto ended = alarm.update(configuration, {{"VS", 79}});
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_FALSE(ended[0].is_flooded);
  EXPECT_TRUE(alarm.flooded().empty());
}

TEST(SynFloodAlarmTest, WithoutALimitThereIsNone) {
  SynFloodAlarm alarm;
  EXPECT_TRUE(alarm.update(limited(0), {{"VS", 1'000'000}}).empty());
  EXPECT_EQ(alarm.update(limited(10), {{"VS", 10}}).size(), 1u);
  EXPECT_EQ(alarm.update(limited(0), {{"VS", 10}}).size(), 1u) << "the limit was taken away";
}

TEST(SynFloodAlarmTest, AServiceThatIsRemovedIsForgotten) {
  SynFloodAlarm alarm;
  EXPECT_EQ(alarm.update(limited(10), {{"VS", 10}}).size(), 1u);
  EXPECT_TRUE(alarm.update({}, {}).empty());
  EXPECT_TRUE(alarm.flooded().empty());
}

}  // namespace
}  // namespace evenkeel::daemon
