#pragma once
// Where time comes from. Nothing in the control plane asks the system for the time except through a Clock, so that
// tests can say what time it is.

#include <chrono>
#include <string>

namespace evenkeel {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime steady_now() const = 0;  // for intervals: never jumps
  virtual WallTime wall_now() const = 0;      // for people: may jump
};

class SystemClock final : public Clock {
 public:
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
};

class FakeClock final : public Clock {
 public:
  SteadyTime steady_now() const override { return steady_; }
  WallTime wall_now() const override { return wall_; }
  void advance(std::chrono::nanoseconds by) {
    steady_ += std::chrono::duration_cast<SteadyTime::duration>(by);
    wall_ += std::chrono::duration_cast<WallTime::duration>(by);
  }

 private:
  SteadyTime steady_;
  WallTime wall_;
};

// "2026-11-23T08:15:30.250Z"
std::string to_iso8601(WallTime time);

}  // namespace evenkeel
