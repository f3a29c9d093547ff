#include "health/rise_fall.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace evenkeel::health {
namespace {

char letter(Verdict verdict) {
  return verdict == Verdict::kUp ? 'U' : verdict == Verdict::kDown ? 'D' : '?';
}

// One letter a probe: + success, - failure, ? unclear, . not checked.
Outcome outcome(char probe) {
  if (probe == '?') return Outcome::kUnclear;
  return probe == '+' ? Outcome::kSuccess : probe == '-' ? Outcome::kFailure : Outcome::kNotChecked;
}

struct Walk {
  const char* name;
  int failure_count;
  Verdict from;
  std::string probes;
  std::string verdicts;  // after each probe
  std::string failures;  // consecutive, after each probe
  int success_count = 1;
};

class RiseFallWalk : public testing::TestWithParam<Walk> {};

TEST_P(RiseFallWalk, ReachesTheseVerdicts) {
  const Walk& walk = GetParam();
  RiseFall machine({walk.failure_count, walk.success_count}, walk.from, {});
  std::string verdicts;
  std::string failures;
  for (const char probe : walk.probes) {
    const Verdict before = machine.verdict();
    EXPECT_EQ(machine.count(outcome(probe)), machine.verdict() != before);
    verdicts += letter(machine.verdict());
    failures += std::to_string(machine.counts().failures);
  }
  EXPECT_EQ(verdicts, walk.verdicts);
  EXPECT_EQ(failures, walk.failures);
}

INSTANTIATE_TEST_SUITE_P(
    All, RiseFallWalk,
    testing::Values(Walk{"UnknownRisesAtOnce", 3, Verdict::kUnknown, "+", "U", "0"},
                    Walk{"UnknownFallsAfterTheCount", 3, Verdict::kUnknown, "---", "??D", "123"},
                    Walk{"UnknownSurvivesOneLostPacket", 2, Verdict::kUnknown, "-+", "?U", "10"},
                    Walk{"UnknownStaysWithoutAnyProbe", 1, Verdict::kUnknown, "...", "???", "000"},
                    Walk{"UpFallsAfterTheCount", 2, Verdict::kUp, "-----", "UDDDD", "12345"},
                    Walk{"UpForgetsFailuresOnSuccess", 2, Verdict::kUp, "-+-+--", "UUUUUD", "101012"},
                    Walk{"UpFallsAtOnceWithCountOne", 1, Verdict::kUp, "-", "D", "1"},
                    Walk{"DownRisesOnOneSuccess", 5, Verdict::kDown, "--+", "DDU", "120"},
                    Walk{"DownStaysWithoutAnyProbe", 2, Verdict::kDown, "..", "DD", "00"},
                    Walk{"OurOwnTroubleCountsNeitherWay", 2, Verdict::kUp, "-..-.+.", "UUUDDUU", "1112200"},
                    Walk{"WhatIsUnclearMakesUnknown", 2, Verdict::kUp, "-?-+?--?", "U??U??D?", "10100120"},
                    Walk{"DownRisesAfterTheCount", 2, Verdict::kDown, "+++", "DDU", "000", 3},
                    Walk{"AFailureBeginsTheRiseAnew", 2, Verdict::kDown, "++-+++", "DDDDDU", "001000", 3},
                    Walk{"OurOwnTroubleDoesNot", 2, Verdict::kDown, "+.+.+", "DDDDU", "00000", 3},
                    Walk{"UnknownRisesAtOnceWhateverTheCount", 2, Verdict::kUnknown, "+", "U", "0", 3},
                    Walk{"WhatIsUpDoesNotRiseAnew", 2, Verdict::kUp, "-+", "UU", "10", 3},
                    Walk{"ACountBelowOneIsOne", 0, Verdict::kUp, "-", "D", "1"}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(RiseFall, ResumesCountingWhereItStopped) {
  RiseFall machine({.failure_count = 3}, Verdict::kUp, {.failures = 2});
  EXPECT_TRUE(machine.count(Outcome::kFailure));
  EXPECT_EQ(machine.verdict(), Verdict::kDown);
}

}  // namespace
}  // namespace evenkeel::health
