#include "health/connect_count.h"

namespace evenkeel::health {
namespace {

// Targets that are gone are forgotten together: the worst that comes of it is a negotiate before its time.
constexpr size_t kMostTargets = 100'000;

}  // namespace

bool ConnectCounts::is_negotiate_due(const Target& target) const {
  const auto left = connects_left_.find(key_of(target));
  return left == connects_left_.end() || left->second <= 0;
}

void ConnectCounts::count(const Target& target, bool was_negotiate, Outcome outcome) {
  if (outcome == Outcome::kNotChecked) return;
  if (connects_left_.size() > kMostTargets) connects_left_.clear();
  int& left = connects_left_[key_of(target)];
  if (outcome != Outcome::kSuccess) {
    left = 0;
  } else {
    left = was_negotiate ? target.check.connects_per_negotiate : left - 1;
  }
}

}  // namespace evenkeel::health
