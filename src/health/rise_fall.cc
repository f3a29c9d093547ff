#include "health/rise_fall.h"

#include <algorithm>
#include <utility>

namespace evenkeel::health {

RiseFall::RiseFall(Limits limits, Verdict verdict, Counts counts)
    : limits_{std::max(limits.failure_count, 1), std::max(limits.success_count, 1)},
      verdict_(verdict),
      counts_(counts) {}

bool RiseFall::count(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNotChecked:
      return false;
    case Outcome::kUnclear:
      counts_ = {};
      return become(Verdict::kUnknown);
    case Outcome::kSuccess: {
      // No further than to the limit: it goes on for years.
      counts_ = {.failures = 0, .successes = std::min(counts_.successes + 1, limits_.success_count)};
      const bool has_risen = verdict_ != Verdict::kDown || counts_.successes >= limits_.success_count;
      return has_risen && become(Verdict::kUp);
    }
    case Outcome::kFailure:
      counts_ = {.failures = counts_.failures + 1, .successes = 0};
      return counts_.failures >= limits_.failure_count && become(Verdict::kDown);
  }
  return false;
}

bool RiseFall::become(Verdict verdict) {
  return std::exchange(verdict_, verdict) != verdict;
}

}  // namespace evenkeel::health
