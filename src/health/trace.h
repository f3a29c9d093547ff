#pragma once
// What a probe said, what it was answered, and when: the evidence behind its reason. Bounded and safe to show: secrets
// are masked before anything is put in here.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::health {

struct Trace {
  static constexpr size_t kTextLimit = 512;  // bytes of each text

  using Moment = std::optional<std::chrono::microseconds>;  // since the probe's start; none: not reached

  // By trace_text(); empty where nothing is sent or received (connect, ping).
  std::string request;
  std::string answer;
  // Real servers are given by address, so there is no name to be resolved and no moment for it.
  Moment connected;   // TCP
  Moment secured;     // TLS
  Moment first_byte;  // of the answer
  Moment total;       // set by the monitor

  bool operator==(const Trace&) const = default;
};

// The first kTextLimit bytes of the text for people: lines stay lines, CR goes, and what cannot be printed becomes
// "\x00". Mask secrets before: half a key is still half a key.
std::string trace_text(std::string_view masked);

}  // namespace evenkeel::health
