#pragma once
// From single path checks to a verdict about the path. Pure.

#include <optional>
#include <string>

#include "base/clock.h"
#include "health/monitor.h"
#include "health/path_probe.h"

namespace evenkeel::health {

struct PathStatus {
  model::RealServerKey key;
  Verdict verdict = Verdict::kUnknown;
  bool is_pending = true;  // not looked at since it appeared or came back: no client is sent along it yet
  WallTime since;          // of this verdict
  std::string reason;
  std::optional<WallTime> last_probe;
  int consecutive_failures = 0;
  int consecutive_undecided = 0;
  bool operator==(const PathStatus&) const = default;
};

// Takes one outcome: failure_count broken ones in a row make it down, one open makes it up. What cannot be told makes
// it unknown, which lets clients come: at once where nothing is known, and after failure_count times where something
// else was. A broken path is not forgotten because the server is dead. True if verdict or pending have changed.
bool count(PathStatus& status, const PathResult& result, int failure_count, WallTime now);

}  // namespace evenkeel::health
