#pragma once
// The last probes of one check, in little memory: 16 bytes for each, and the full evidence only where it says something
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
    int64_t at_us;
    uint32_t duration_us;
    Outcome outcome;
    int8_t slot;  // of the evidence; kNone
  };
  static constexpr int8_t kNone = -1;
  static constexpr int8_t kSuccessSlot = 0;

  const Compact& newest() const { return ring_[(next_ + ring_.size() - 1) % ring_.size()]; }
  int8_t keep(const ProbeResult& result);
  void put(int8_t slot, const ProbeResult& result);

  std::vector<Compact> ring_;
  size_t next_ = 0;                                           // where in the ring the next one goes, once it is full
  std::vector<std::shared_ptr<const ProbeResult>> evidence_;  // by slot: a success, then failures
  int8_t last_slot_ = kNone;
  int8_t next_failure_ = 1;
};

}  // namespace evenkeel::health
