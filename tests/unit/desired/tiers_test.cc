#include "desired/tiers.h"

#include <gtest/gtest.h>

namespace evenkeel::desired {
namespace {

struct Case {
  const char* name;
  int minimum_usable;
  bool failback;
  std::map<int, size_t> usable;
  int active;
  int first, last;
};

void PrintTo(const Case& test, std::ostream* out) {
  *out << test.name;
}

class TiersRules : public testing::TestWithParam<Case> {};

TEST_P(TiersRules, SayWhoIsInForce) {
  model::VirtualService service;
  service.minimum_usable = GetParam().minimum_usable;
  service.failback = GetParam().failback;
  const Tiers tiers = choose_tiers(service, GetParam().usable, GetParam().active);
  EXPECT_EQ(tiers.first, GetParam().first);
  EXPECT_EQ(tiers.last, GetParam().last);
}

INSTANTIATE_TEST_SUITE_P(
    Tiers, TiersRules,
    testing::Values(Case{"NobodyIsUsable", 1, true, {}, 1, 0, 0}, Case{"OneTier", 1, true, {{1, 2}}, 0, 1, 1},
                    Case{"TheSecondStandsBy", 1, true, {{1, 1}, {2, 2}}, 1, 1, 1},
                    Case{"TheSecondTakesOver", 1, true, {{2, 2}, {9, 1}}, 1, 2, 2},
                    Case{"TheFirstFailsBack", 1, true, {{1, 1}, {2, 2}}, 2, 1, 1},
                    Case{"TheSecondStays", 1, false, {{1, 1}, {2, 2}}, 2, 2, 2},
                    Case{"TheSecondHasFailedToo", 1, false, {{1, 1}, {3, 1}}, 2, 1, 1},
                    Case{"AllHaveFailed", 1, false, {}, 2, 0, 0},
                    Case{"NothingTookOverYet", 1, false, {{1, 1}, {2, 2}}, 0, 1, 1},
                    Case{"TheNextIsAdded", 2, true, {{1, 1}, {2, 2}, {3, 1}}, 1, 1, 2},
                    Case{"TheNextTwoAreAdded", 4, true, {{1, 1}, {2, 2}, {3, 1}, {4, 1}}, 1, 1, 3},
                    Case{"AllAreTooFew", 9, true, {{1, 1}, {2, 2}}, 1, 1, 2},
                    Case{"TheOneThatStaysIsHelpedByTheNext", 2, false, {{1, 2}, {2, 1}, {3, 1}}, 2, 2, 3},
                    Case{"TheOneThatStaysIsTooSmall", 2, false, {{1, 2}, {2, 1}}, 2, 1, 1}),
    [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

TEST(Tiers, ContainWhatLiesBetween) {
  EXPECT_FALSE((Tiers{0, 0}.contains(1)));
  EXPECT_FALSE((Tiers{2, 3}.contains(1)));
  EXPECT_TRUE((Tiers{2, 3}.contains(2)));
  EXPECT_TRUE((Tiers{2, 3}.contains(3)));
  EXPECT_FALSE((Tiers{2, 3}.contains(4)));
}

}  // namespace
}  // namespace evenkeel::desired
