#include "daemon/rising_count.h"

namespace evenkeel::daemon {

RisingCount::Change RisingCount::update(SteadyTime now, uint64_t count) {
  const uint64_t more = last_ && count > *last_ ? count - *last_ : 0;
  const bool was_rising = is_rising_;
  last_ = count;
  if (more > 0) {
    last_rise_ = now;
    risen_ = was_rising ? risen_ + more : more;
    is_rising_ = true;
    return was_rising ? Change::kNone : Change::kBegins;
  }
  if (!was_rising || now - last_rise_ < ends_after_) return Change::kNone;
  is_rising_ = false;
  return Change::kEnds;
}

}  // namespace evenkeel::daemon
