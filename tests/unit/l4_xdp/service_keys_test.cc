#include "engines/l4_xdp/service_keys.h"

#include <gmock/gmock.h>

#include "fake_tables.h"
#include "farm.h"

namespace evenkeel::engines::l4_xdp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

std::vector<std::string> names(const ServiceKeys& keys) {
  std::vector<std::string> result;
  for (const auto& [key, target] : keys.map()) result.push_back(FakeTables::name(key));
  return result;
}

TEST(ServiceKeys, PortsAndShortRangesAreExact) {
  ServiceKeys keys;
  EXPECT_EQ(keys.add(service("a", "10.0.0.1", "80,9000-9002", {}), 7), std::nullopt);
  EXPECT_THAT(names(keys),
              ElementsAre("10.0.0.1:0/0", "10.0.0.1:80/6", "10.0.0.1:9000/6", "10.0.0.1:9001/6", "10.0.0.1:9002/6"));
}

TEST(ServiceKeys, BothProtocols) {
  ServiceKeys keys;
  auto both = service("dns", "2001:db8::1", "53", {});
  both.protocol = model::Protocol::kTcpUdp;
  EXPECT_EQ(keys.add(both, 1), std::nullopt);
  EXPECT_THAT(names(keys), ElementsAre("2001:db8::1:0/0", "2001:db8::1:53/6", "2001:db8::1:53/17"));
}

TEST(ServiceKeys, LongRangesStayRangesNarrowFirst) {
  ServiceKeys keys;
  EXPECT_EQ(keys.add(service("all", "10.0.0.1", "*", {}), 1), std::nullopt);
  EXPECT_EQ(keys.add(service("some", "10.0.0.1", "1000-1999", {}), 2), std::nullopt);
  EXPECT_EQ(keys.add(service("exactly64", "10.0.0.1", "3001-3064", {}), 3), std::nullopt);
  EXPECT_EQ(keys.size(), 2U + 64U);
  const KeyTarget& wildcard = std::next(keys.map().begin())->second;
  ASSERT_EQ(wildcard.ranges.size(), 2U);
  EXPECT_EQ(wildcard.ranges[0].service, 2U);
  EXPECT_EQ(wildcard.ranges[0].first, 1000);
  EXPECT_EQ(wildcard.ranges[0].last, 1999);
  EXPECT_EQ(wildcard.ranges[1].service, 1U);
}

TEST(ServiceKeys, APortBelongsToOneServiceOnly) {
  ServiceKeys keys;
  EXPECT_EQ(keys.add(service("a", "10.0.0.1", "80", {}), 1), std::nullopt);
  EXPECT_THAT(keys.add(service("b", "10.0.0.1", "443,80", {}), 2), Optional(HasSubstr("TCP port 80 of 10.0.0.1")));
  EXPECT_EQ(keys.size(), 2U) << "nothing of a refused service may be left";
  EXPECT_EQ(keys.add(service("c", "10.0.0.2", "80", {}), 2), std::nullopt);
}

TEST(ServiceKeys, TheSameLongRangeTwiceIsRefused) {
  ServiceKeys keys;
  EXPECT_EQ(keys.add(service("a", "10.0.0.1", "*", {}), 1), std::nullopt);
  EXPECT_THAT(keys.add(service("b", "10.0.0.1", "*", {}), 2), Optional(HasSubstr("belongs to another")));
}

TEST(ServiceKeys, TooManyLongRangesAreRefused) {
  ServiceKeys keys;
  for (int number = 0; number < EK_MAX_PORT_RANGES; ++number) {
    const std::string ports = std::to_string(1000 * number + 1) + "-" + std::to_string(1000 * number + 500);
    EXPECT_EQ(keys.add(service("a", "10.0.0.1", ports, {}), static_cast<uint32_t>(number + 1)), std::nullopt);
  }
  EXPECT_THAT(keys.add(service("z", "10.0.0.1", "30000-31000", {}), 99), Optional(HasSubstr("more than 16")));
}

TEST(ServiceKeys, OverlapsCountPortsOfEitherKind) {
  ServiceKeys keys;
  EXPECT_EQ(keys.add(service("exact", "10.0.0.1", "80,443", {}), 1), std::nullopt);
  EXPECT_EQ(keys.add(service("range", "10.0.0.1", "1000-1999", {}), 2), std::nullopt);
  EXPECT_THAT(keys.overlaps(service("x", "10.0.0.1", "443,1990-2100", {})),
              ElementsAre(testing::Pair(1, 1), testing::Pair(2, 10)));
  EXPECT_THAT(keys.overlaps(service("x", "10.0.0.1", "*", {})),
              ElementsAre(testing::Pair(1, 2), testing::Pair(2, 1000)));
  EXPECT_THAT(keys.overlaps(service("x", "10.0.0.9", "*", {})), testing::IsEmpty());
}

TEST(ServiceKeys, TargetsSurviveTheWayThroughTheAbi) {
  KeyTarget target{.service = 0, .ranges = {{1, 100, 5}, {1, 65535, 6}}};
  EXPECT_TRUE(from_abi(to_abi(target)) == target);
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
