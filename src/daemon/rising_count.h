#pragma once
// A count that should stand still, such as that of dropped packets: notices when it begins to rise, and when it has
// stood still for a while again. Pure.

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace evenkeel::daemon {

class RisingCount {
 public:
  enum class Change { kNone, kBegins, kEnds };

  // It ends when the count has stood still for so long.
  explicit RisingCount(std::chrono::seconds ends_after) : ends_after_(ends_after) {}

  // The first count is where it begins; one that has become less was begun anew.
  Change update(SteadyTime now, uint64_t count);
  bool is_rising() const { return is_rising_; }
  // By how much it has risen since it began to.
  uint64_t risen() const { return risen_; }

 private:
  std::chrono::seconds ends_after_;
  std::optional<uint64_t> last_;
  SteadyTime last_rise_{};
  uint64_t risen_ = 0;
  bool is_rising_ = false;
};

}  // namespace evenkeel::daemon
