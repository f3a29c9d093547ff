#pragma once
// What an operator said about a real server. Kept apart from the configuration: it outlives restarts and revisions.

#include <optional>
#include <string>

#include "base/clock.h"

namespace evenkeel::model {

enum class OperatorState {
  kOnline,  // health decides
  kDrain,   // no new connections; the established ones go on
  kHalt,    // nothing at all: established connections are cut too
};

// Names one real server of one virtual service.
struct RealServerKey {
  std::string virtual_service;  // label
  std::string real_server;      // label
  auto operator<=>(const RealServerKey&) const = default;
};

struct OperatorAction {
  RealServerKey key;
  OperatorState state = OperatorState::kOnline;
  std::string author;
  std::string reason;  // may be empty
  WallTime at;
  // Of a drain: then, or when no connection is left before, it becomes a halt. None: it stays a drain.
  std::optional<WallTime> deadline = std::nullopt;
  bool operator==(const OperatorAction&) const = default;
};

}  // namespace evenkeel::model
