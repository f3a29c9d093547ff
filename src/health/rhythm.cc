#include "health/rhythm.h"

#include <algorithm>

namespace evenkeel::health {

Rhythm::Due Rhythm::next(Due due, std::chrono::duration<double, std::micro> interval, Due now) {
  auto gap = interval;
  if (settling_gaps_ > 0) {
    --settling_gaps_;
    gap *= 1 - phase_ / kSettlingGaps;
  }
  return std::max(due + std::chrono::duration_cast<Due::duration>(gap), now);
}

}  // namespace evenkeel::health
