#include "health/path_verdict.h"

namespace evenkeel::health {
namespace {

std::optional<Verdict> after_undecided(PathStatus& status, PathOutcome outcome, int failure_count) {
  const bool is_kept = outcome == PathOutcome::kDeadServer && status.verdict == Verdict::kDown;
  if (is_kept || (!status.is_pending && ++status.consecutive_undecided < failure_count)) return std::nullopt;
  status.consecutive_failures = 0;
  return Verdict::kUnknown;
}

// The verdict after this outcome, if it says anything.
std::optional<Verdict> verdict_after(PathStatus& status, PathOutcome outcome, int failure_count) {
  switch (outcome) {
    case PathOutcome::kOpen:
      status.consecutive_failures = 0;
      status.consecutive_undecided = 0;
      return Verdict::kUp;
    case PathOutcome::kBroken:
      status.consecutive_undecided = 0;
      if (++status.consecutive_failures < failure_count) return std::nullopt;
      return Verdict::kDown;
    case PathOutcome::kUndecided:
    case PathOutcome::kDeadServer:
      return after_undecided(status, outcome, failure_count);
    case PathOutcome::kNotChecked:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

bool count(PathStatus& status, const PathResult& result, int failure_count, WallTime now) {
  status.reason = result.reason;
  if (result.outcome == PathOutcome::kNotChecked) return false;
  status.last_probe = now;
  const auto verdict = verdict_after(status, result.outcome, failure_count);
  if (!verdict || (*verdict == status.verdict && !status.is_pending)) return false;
  if (*verdict != status.verdict) status.since = now;
  status.verdict = *verdict;
  status.is_pending = false;
  return true;
}

}  // namespace evenkeel::health
