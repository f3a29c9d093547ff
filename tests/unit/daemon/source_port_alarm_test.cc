#include "daemon/source_port_alarm.h"

#include <gtest/gtest.h>

namespace evenkeel::daemon {
namespace {

const model::RealServerKey kOne{"VS", "RS1"};
const model::RealServerKey kTwo{"VS", "RS2"};

observed::SourcePorts used(uint64_t ports, std::vector<model::RealServerKey> keys) {
  return {IpAddress::parse("10.0.0.1").value(), Endpoint::parse("10.0.1.1:80").value(), "TCP", ports, std::move(keys)};
}

TEST(SourcePortAlarmTest, BeginsAtEightyAndEndsBelowSeventyPercent) {
  SourcePortAlarm alarm;
  EXPECT_TRUE(alarm.update({used(51'609, {kOne})}).empty());
  const auto begun = alarm.update({used(51'610, {kOne})});
  ASSERT_EQ(begun.size(), 1u);
  EXPECT_TRUE(begun[0].is_scarce);
  EXPECT_EQ(begun[0].real_server, kOne);
  EXPECT_EQ(
      alarm.scarce().at(kOne),
      "80 % of the source ports of 10.0.0.1 for 10.0.1.1:80 (TCP) are in use: add source addresses to the virtual "
      "service");
  EXPECT_TRUE(alarm.update({used(60'000, {kOne})}).empty()) << "once";
  EXPECT_TRUE(alarm.update({used(45'159, {kOne})}).empty()) << "no coming and going at the threshold";
  const auto ended = alarm.update({used(45'158, {kOne})});
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_FALSE(ended[0].is_scarce);
  EXPECT_TRUE(alarm.scarce().empty());
}

TEST(SourcePortAlarmTest, TheFullestSourceAddressCountsForEachRealServerThatSharesIt) {
  SourcePortAlarm alarm;
  EXPECT_EQ(alarm.update({used(64'000, {kOne, kTwo}), used(10, {kOne})}).size(), 2u);
  EXPECT_EQ(alarm.update({used(64'000, {kTwo})}).size(), 1u) << "nothing left of the other";
  EXPECT_EQ(alarm.update({}).size(), 1u);
}

}  // namespace
}  // namespace evenkeel::daemon
