#pragma once
// From single probes to a verdict: failure_count failures in a row make a real server down, one success makes it up.
// A real server of which nothing is known stays unknown until one of the two happens, so that a restart takes nobody
// out on a single lost packet. A probe that could not be made changes nothing; one whose answer
// allows no verdict makes the state unknown. Pure: no clock, no socket.

#include "health/monitor.h"
#include "health/probe.h"

namespace evenkeel::health {

class RiseFall {
 public:
  explicit RiseFall(int failure_count, Verdict verdict = Verdict::kUnknown, int consecutive_failures = 0);

  // Takes one probe's outcome; true if the verdict has changed.
  bool count(Outcome outcome);

  Verdict verdict() const { return verdict_; }
  int consecutive_failures() const { return consecutive_failures_; }

 private:
  bool become(Verdict verdict);

  int failure_count_;  // >= 1
  Verdict verdict_;
  int consecutive_failures_;
};

}  // namespace evenkeel::health
