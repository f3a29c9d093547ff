#pragma once
// The health of a virtual service for those that follow it: that of its real servers. Pure.

#include <string>

#include "health/monitor.h"

namespace evenkeel::health {

class FollowedHealth {
 public:
  void add(Verdict real_server) {
    ++all_;
    up_ += real_server == Verdict::kUp ? 1 : 0;
    down_ += real_server == Verdict::kDown ? 1 : 0;
  }
  // Up with `quorum` real servers that are; down as soon as that cannot be reached any more.
  Verdict verdict(int quorum) const {
    if (up_ >= quorum) return Verdict::kUp;
    return all_ - down_ < quorum ? Verdict::kDown : Verdict::kUnknown;
  }
  std::string reason(const std::string& virtual_service, int quorum) const;

 private:
  int all_ = 0, up_ = 0, down_ = 0;
};

}  // namespace evenkeel::health
