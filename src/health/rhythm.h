#pragma once
// When the next of a row of probes is due. Pure.

#include <chrono>

namespace evenkeel::health {

class Rhythm {
 public:
  using Due = std::chrono::steady_clock::time_point;

  Rhythm() = default;
  // 0..1, spreads probes that begin together over their interval: the first gaps are shorter by this share of it.
  explicit Rhythm(double phase) : phase_(phase), settling_gaps_(kSettlingGaps) {}

  // `interval` later than the last one was due: neither a slow answer nor a late start shifts the rhythm, so that
  // there are as many probes as the interval says. A probe that took longer than that is followed by the next at once.
  Due next(Due due, std::chrono::duration<double, std::micro> interval, Due now);

 private:
  static constexpr int kSettlingGaps = 2;

  double phase_ = 0;
  int settling_gaps_ = 0;  // gaps still to be shortened until the phase is reached
};

}  // namespace evenkeel::health
