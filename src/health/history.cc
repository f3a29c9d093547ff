#include "health/history.h"

#include <algorithm>
#include <ratio>

namespace evenkeel::health {
namespace {

// Equal but for the times that it took.
bool says_the_same(const ProbeResult& a, const ProbeResult& b) {
  return a.outcome == b.outcome && a.rule == b.rule && a.reason == b.reason && a.trace.request == b.trace.request &&
         a.trace.answer == b.trace.answer;
}

using DurationUnits = std::chrono::duration<int64_t, std::ratio<4, 1'000'000>>;
constexpr int64_t kLongestDuration = (1 << 27) - 1;

uint32_t in_units(std::chrono::microseconds duration) {
  const int64_t units = std::chrono::duration_cast<DurationUnits>(duration).count();
  return static_cast<uint32_t>(std::clamp<int64_t>(units, 0, kLongestDuration));
}

}  // namespace

void History::add(WallTime at, const ProbeResult& result) {
  last_slot_ = keep(result);
  newest_ms_ = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  const Compact compact{static_cast<uint32_t>(newest_ms_),
                        in_units(result.trace.total.value_or(std::chrono::microseconds(0))),
                        static_cast<uint32_t>(result.outcome), static_cast<uint32_t>(last_slot_ + 1)};
  if (ring_.empty()) ring_.reserve(kProbes);
  if (ring_.size() < kProbes) {
    ring_.push_back(compact);
    return;
  }
  ring_[next_] = compact;
  next_ = (next_ + 1) % kProbes;
}

// Fifty probes are never 24 days apart.
WallTime History::time_of(const Compact& compact) const {
  const auto before = static_cast<int32_t>(static_cast<uint32_t>(newest_ms_) - compact.at_ms);
  return WallTime{} + std::chrono::milliseconds(newest_ms_ - before);
}

// Of successes the first after something else: how long the others took is all that they have to say.
int8_t History::keep(const ProbeResult& result) {
  if (result.outcome == Outcome::kSuccess) {
    if (!ring_.empty() && static_cast<Outcome>(newest().outcome) == Outcome::kSuccess) return kNone;
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
    if (compact.slot == static_cast<uint32_t>(slot + 1)) compact.slot = 0;
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
    records.push_back({time_of(compact), std::chrono::microseconds(DurationUnits(compact.duration)),
                       static_cast<Outcome>(compact.outcome),
                       compact.slot == 0 ? nullptr : evidence_[compact.slot - 1]});
  }
  return records;
}

}  // namespace evenkeel::health
