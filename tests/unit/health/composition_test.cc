#include "health/composition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::health {
namespace {

using testing::HasSubstr;
using testing::Not;

// One letter a check: U up, D down, ? unknown.
std::vector<CheckInWords> checks_of(std::string_view letters) {
  std::vector<CheckInWords> checks;
  for (const char letter : letters) {
    const Verdict verdict = letter == 'U' ? Verdict::kUp : letter == 'D' ? Verdict::kDown : Verdict::kUnknown;
    const std::string name = "check " + std::to_string(checks.size());
    checks.push_back({name, verdict, name + " says " + letter});
  }
  return checks;
}

struct Case {
  int required;
  const char* checks;
  Verdict verdict;
};

class Composition : public testing::TestWithParam<Case> {};

TEST_P(Composition, ComesToThisVerdict) {
  EXPECT_EQ(at_least(GetParam().required, checks_of(GetParam().checks)), GetParam().verdict)
      << GetParam().required << " of " << GetParam().checks;
}

INSTANTIATE_TEST_SUITE_P(All, Composition,
                         testing::Values(Case{0, "", Verdict::kUnknown}, Case{0, "U", Verdict::kUp},
                                         Case{0, "D", Verdict::kDown}, Case{0, "?", Verdict::kUnknown},
                                         Case{0, "UUU", Verdict::kUp}, Case{0, "UU?", Verdict::kUnknown},
                                         Case{0, "?DU", Verdict::kDown}, Case{1, "DDD", Verdict::kDown},
                                         Case{1, "DDU", Verdict::kUp}, Case{1, "DD?", Verdict::kUnknown},
                                         Case{2, "UDU", Verdict::kUp}, Case{2, "DDU", Verdict::kDown},
                                         Case{2, "DDUU", Verdict::kUp}, Case{2, "DU?", Verdict::kUnknown},
                                         Case{9, "UU", Verdict::kUp}, Case{9, "UD", Verdict::kDown}));

TEST(Composition, OneCheckSpeaksForItself) {
  EXPECT_EQ(reason_of(0, checks_of("D")), "check 0 says D");
}

TEST(Composition, SaysWhichCheckFailedAndHowManyAreRequired) {
  EXPECT_EQ(reason_of(0, checks_of("UDU")), "2 of 3 checks are well, 3 are required: check 1: check 1 says D");
  EXPECT_EQ(reason_of(1, checks_of("D?")), "0 of 2 checks are well, 1 is required: check 0: check 0 says D");
  EXPECT_EQ(reason_of(0, checks_of("U?")), "1 of 2 checks is well, 2 are required: check 1: check 1 says ?");
  EXPECT_THAT(reason_of(0, checks_of("UU")), HasSubstr("check 1 says U"));
}

TEST(Composition, QuotesNoMoreThanAPersonReads) {
  const std::string reason = reason_of(0, checks_of("DDDDDU"));
  EXPECT_THAT(reason, HasSubstr("check 2 says D; and 2 more"));
  EXPECT_THAT(reason, Not(HasSubstr("check 3")));
}

TEST(Composition, OfSeveralPortsTheWorstDecides) {
  EXPECT_EQ(all_ports(checks_of("UUU")).verdict, Verdict::kUp);
  EXPECT_EQ(all_ports(checks_of("U?U")).verdict, Verdict::kUnknown);
  EXPECT_EQ(all_ports(checks_of("?UD")).reason, "check 2 says D");
}

}  // namespace
}  // namespace evenkeel::health
