#pragma once
// One look at one real server. Every kind of probe is behind this interface of two functions; monitor.cc decides when.
// Everything here lives on the control loop's thread.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "health/trace.h"

namespace evenkeel::health {

enum class Outcome {
  kSuccess,
  kFailure,
  kUnclear,     // asked, and the answer (or silence) allows no verdict: the state is unknown
  kNotChecked,  // trouble on our own side (no descriptors, no memory, no route): says nothing about the real server
};

struct ProbeResult {
  Outcome outcome = Outcome::kNotChecked;
  std::string reason;       // one sentence for a person, with figures; secrets masked
  std::string_view rule{};  // what decided, a constant: a field of the health check ("allowed_status", "timeout"), or
                            // one of the steps: "connect", "tls", "protocol", "ping", "script", "local"
  Trace trace{};            // what was said and when, as far as it came
};

class Probe {
 public:
  using OnResult = std::function<void(ProbeResult)>;

  virtual ~Probe() = default;
  // Called once. on_result follows exactly once, within the check's timeout, never from within start().
  virtual void start(OnResult on_result) = 0;
  // on_result is not called after this. May come before, during or after the run.
  virtual void cancel() = 0;
};

}  // namespace evenkeel::health
