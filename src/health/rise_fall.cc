#include "health/rise_fall.h"

#include <algorithm>
#include <utility>

namespace evenkeel::health {

RiseFall::RiseFall(int failure_count, Verdict verdict, int consecutive_failures)
    : failure_count_(std::max(failure_count, 1)), verdict_(verdict), consecutive_failures_(consecutive_failures) {}

bool RiseFall::count(Outcome outcome) {
  if (outcome == Outcome::kNotChecked) return false;
  if (outcome == Outcome::kUnclear) {
    consecutive_failures_ = 0;
    return become(Verdict::kUnknown);
  }
  if (outcome == Outcome::kSuccess) {
    consecutive_failures_ = 0;
    return become(Verdict::kUp);
  }
  ++consecutive_failures_;
  return consecutive_failures_ >= failure_count_ && become(Verdict::kDown);
}

bool RiseFall::become(Verdict verdict) {
  return std::exchange(verdict_, verdict) != verdict;
}

}  // namespace evenkeel::health
