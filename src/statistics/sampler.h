#pragma once
// What happened in each step of ten seconds, from successive readings of counters. Pure: the caller says when a reading
// was taken.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "statistics/system.h"

namespace evenkeel::statistics {

// As counted since some moment in the past, but `active`, which is now.
struct Totals {
  uint64_t bytes_in = 0, bytes_out = 0, connections = 0, active = 0;
};
using Reading = std::map<std::string, Totals>;  // by object

// Of one object in one step.
struct Amount {
  std::string object;
  Totals totals;
};
struct Step {
  int64_t at = 0;       // its beginning, Unix time: a multiple of ten seconds
  int64_t seconds = 0;  // that were measured, at least 1
  System system;
  std::vector<Amount> amounts;  // of every object that is there, also those where nothing happened
};

class Sampler {
 public:
  // A step has ended since the reading before: another one is worth taking.
  bool is_due(WallTime now) const;
  // The step that has just ended. None: it is the first reading, with which nothing can be compared. What counts less
  // than before began anew: nothing is counted for it until the next step, as for what was not there before.
  std::optional<Step> add(SteadyTime at, WallTime now, Reading reading, const System& system);

 private:
  std::optional<SteadyTime> last_at_;
  int64_t last_step_ = 0;
  Reading last_;
};

}  // namespace evenkeel::statistics
