#include "health/history.h"

#include <algorithm>
#include <limits>

namespace evenkeel::health {
namespace {

// Equal but for the times that it took.
bool says_the_same(const ProbeResult& a, const ProbeResult& b) {
  return a.outcome == b.outcome && a.rule == b.rule && a.reason == b.reason && a.trace.request == b.trace.request &&
         a.trace.answer == b.trace.answer;
}

uint32_t clamped(std::chrono::microseconds duration) {
  return static_cast<uint32_t>(std::clamp<int64_t>(duration.count(), 0, std::numeric_limits<uint32_t>::max()));
}

}  // namespace

void History::add(WallTime at, const ProbeResult& result) {
  using std::chrono::microseconds;
  last_slot_ = keep(result);
  const Compact compact{std::chrono::duration_cast<microseconds>(at.time_since_epoch()).count(),
                        clamped(result.trace.total.value_or(microseconds(0))), result.outcome, last_slot_};
  if (ring_.empty()) ring_.reserve(kProbes);
  if (ring_.size() < kProbes) {
    ring_.push_back(compact);
    return;
  }
  ring_[next_] = compact;
  next_ = (next_ + 1) % kProbes;
}

// Of successes the first after something else: how long the others took is all that they have to say.
int8_t History::keep(const ProbeResult& result) {
  if (result.outcome == Outcome::kSuccess) {
    if (!ring_.empty() && newest().outcome == Outcome::kSuccess) return kNone;
    put(kSuccessSlot, result);
    return kSuccessSlot;
  }
  if (last_slot_ > kSuccessSlot && says_the_same(*evidence_[static_cast<size_t>(last_slot_)], result)) {
    return last_slot_;
  }
  const int8_t slot = next_failure_;
  next_failure_ = static_cast<int8_t>(slot % static_cast<int8_t>(kFailures) + 1);
  put(slot, result);
  return slot;
}

// Records that had this slot have lost their evidence.
void History::put(int8_t slot, const ProbeResult& result) {
  for (Compact& compact : ring_) {
    if (compact.slot == slot) compact.slot = kNone;
  }
  const auto index = static_cast<size_t>(slot);
  if (evidence_.size() <= index) evidence_.resize(index + 1);
  evidence_[index] = std::make_shared<const ProbeResult>(result);
}

std::vector<ProbeRecord> History::records() const {
  std::vector<ProbeRecord> records;
  records.reserve(ring_.size());
  for (size_t i = 0; i < ring_.size(); ++i) {
    const Compact& compact = ring_[(next_ + ring_.size() - 1 - i) % ring_.size()];
    records.push_back({WallTime{} + std::chrono::microseconds(compact.at_us),
                       std::chrono::microseconds(compact.duration_us), compact.outcome,
                       compact.slot == kNone ? nullptr : evidence_[static_cast<size_t>(compact.slot)]});
  }
  return records;
}

}  // namespace evenkeel::health
