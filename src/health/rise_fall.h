#pragma once
// From single probes to a verdict: failure_count failures in a row make a real server down, success_count successes in
// a row bring it up again. One of which nothing is known needs a single success, and stays unknown until one of the two
// happens, so that a restart takes nobody out on a single lost packet. A probe that could not be made changes nothing;
// one whose answer allows no verdict makes the state unknown. Pure: no clock, no socket.

#include "health/monitor.h"
#include "health/probe.h"

namespace evenkeel::health {

class RiseFall {
 public:
  // Below 1 counts as 1.
  struct Limits {
    int failure_count = 1, success_count = 1;
  };
  // In a row; one of the two is 0.
  struct Counts {
    int failures = 0, successes = 0;
    bool operator==(const Counts&) const = default;
  };

  explicit RiseFall(Limits limits) : RiseFall(limits, Verdict::kUnknown, Counts{}) {}
  RiseFall(Limits limits, Verdict verdict, Counts counts);

  // Takes one probe's outcome; true if the verdict has changed.
  bool count(Outcome outcome);

  Verdict verdict() const { return verdict_; }
  Counts counts() const { return counts_; }

 private:
  bool become(Verdict verdict);

  Limits limits_;
  Verdict verdict_;
  Counts counts_;
};

}  // namespace evenkeel::health
