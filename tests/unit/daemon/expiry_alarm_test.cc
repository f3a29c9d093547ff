#include "daemon/expiry_alarm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::daemon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kDays = "30,14,7,1";

class Expiry : public testing::Test {
 protected:
  std::vector<std::string> after(int days_left, const char* days = kDays) {
    std::vector<std::string> said;
    for (const auto& change : alarm_.update({{"www", "AB", WallTime(std::chrono::days(20000)), days_left}}, days)) {
      said.push_back(change.sentence);
    }
    return said;
  }
  ExpiryAlarm alarm_;
};

TEST_F(Expiry, EachStageIsToldOnce) {
  EXPECT_THAT(after(40), IsEmpty());
  EXPECT_THAT(after(30), ElementsAre("it expires in 30 days, on 2024-10-04"));
  EXPECT_THAT(after(29), IsEmpty());
  EXPECT_THAT(after(13), ElementsAre("it expires in 13 days, on 2024-10-04"));
  EXPECT_THAT(after(1), ElementsAre("it expires in 1 day, on 2024-10-04"));
  EXPECT_THAT(after(0), IsEmpty());
  EXPECT_THAT(after(-1), ElementsAre("it expired on 2024-10-04: clients refuse it"));
  EXPECT_THAT(after(-2), IsEmpty());
}

TEST_F(Expiry, ItIsOverWhenItWasReplaced) {
  after(7);
  EXPECT_EQ(alarm_.expiring().size(), 1U);
  EXPECT_THAT(after(90), ElementsAre("it is valid for longer now, or not used any more"));
  EXPECT_THAT(alarm_.expiring(), IsEmpty());
  EXPECT_THAT(after(30), ElementsAre("it expires in 30 days, on 2024-10-04"));
}

TEST_F(Expiry, WithoutDaysOnlyItsEndIsTold) {
  EXPECT_THAT(after(1, ""), IsEmpty());
  EXPECT_THAT(after(-1, ""), ElementsAre("it expired on 2024-10-04: clients refuse it"));
}

}  // namespace
}  // namespace evenkeel::daemon
