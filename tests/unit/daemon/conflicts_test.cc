#include "daemon/conflicts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::daemon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const IpAddress kOne = IpAddress::parse("10.0.0.10").value();
const IpAddress kTwo = IpAddress::parse("10.0.0.11").value();
const MacAddress kMac = MacAddress::parse("02:00:00:00:00:22").value();
const MacAddress kOther = MacAddress::parse("02:00:00:00:00:23").value();

TEST(Conflicts, IsNewsOnceAndForgottenWhenItWasNotHeardLately) {
  FakeClock clock;
  Conflicts conflicts;
  EXPECT_TRUE(conflicts.hear({kOne, kMac}, clock.steady_now()));
  clock.advance(std::chrono::seconds(10));
  EXPECT_FALSE(conflicts.hear({kOne, kMac}, clock.steady_now()));
  EXPECT_TRUE(conflicts.hear({kOne, kOther}, clock.steady_now()));
  EXPECT_THAT(conflicts.claimants(kOne), ElementsAre(kMac, kOther));
  EXPECT_THAT(conflicts.claimants(kTwo), IsEmpty());
  EXPECT_THAT(conflicts.forget_before(clock.steady_now()), IsEmpty());
  clock.advance(std::chrono::seconds(1));
  EXPECT_TRUE(conflicts.hear({kTwo, kMac}, clock.steady_now()));
  EXPECT_THAT(conflicts.forget_before(clock.steady_now(), kTwo), IsEmpty());
  EXPECT_THAT(conflicts.forget_before(clock.steady_now()),
              ElementsAre(testing::Pair(kOne, kMac), testing::Pair(kOne, kOther)));
  conflicts.keep_only({kOne});
  EXPECT_THAT(conflicts.all(), IsEmpty());
}

}  // namespace
}  // namespace evenkeel::daemon
