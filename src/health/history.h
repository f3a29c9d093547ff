#pragma once
// The last probes of one check, in little memory: 8 bytes for each, and the full evidence only where it says something
// new: the success that ended a failure, and failures that differ from the one before. Bounded whatever servers say.

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "health/probe.h"

namespace evenkeel::health {

struct ProbeRecord {
  WallTime at;  // its end
  std::chrono::microseconds duration{0};
  Outcome outcome = Outcome::kNotChecked;
  std::shared_ptr<const ProbeResult> evidence;  // may be that of an equal probe before; null: not kept
};

class History {
 public:
  static constexpr size_t kProbes = 50;
  static constexpr size_t kFailures = 3;  // whose evidence is kept

  void add(WallTime at, const ProbeResult& result);
  std::vector<ProbeRecord> records() const;  // newest first

 private:
  struct Compact {
    uint32_t at_ms;          // of its end: the low bits, which the newest one's full time completes
    uint32_t duration : 27;  // in kDurationUnits, the longest for what is longer (nine minutes)
    uint32_t outcome : 2;
    uint32_t slot : 3;  // of the evidence, plus 1; 0: none
  };
  static_assert(sizeof(Compact) == 8);
  static constexpr int8_t kNone = -1;
  static constexpr int8_t kSuccessSlot = 0;

  const Compact& newest() const { return ring_[(next_ + ring_.size() - 1) % ring_.size()]; }
  WallTime time_of(const Compact& compact) const;
  int8_t keep(const ProbeResult& result);
  void put(int8_t slot, const ProbeResult& result);

  std::vector<Compact> ring_;
  int64_t newest_ms_ = 0;                                     // since the epoch
  size_t next_ = 0;                                           // where in the ring the next one goes, once it is full
  std::vector<std::shared_ptr<const ProbeResult>> evidence_;  // by slot: a success, then failures
  int8_t last_slot_ = kNone;
  int8_t next_failure_ = 1;
};

}  // namespace evenkeel::health
