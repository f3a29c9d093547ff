#pragma once
// What happened, for people and programs that follow along. Each kind is declared here and nowhere else.

#include <cstdint>
#include <string>

#include "base/clock.h"

namespace evenkeel::observed {

#define EVENKEEL_EVENTS(X)                                                                       \
  X(kStarted, "started", "evenkeeld started")                                                    \
  X(kConfigurationCommitted, "configuration_committed", "a new revision is in force")            \
  X(kRealServerUp, "real_server_up", "a real server passed its check")                           \
  X(kRealServerDown, "real_server_down", "a real server failed its check")                       \
  X(kOperatorAction, "operator_action", "an operator drained, halted or brought back a server")  \
  X(kFallbackActive, "fallback_active", "no real server of a virtual service takes connections") \
  X(kFallbackInactive, "fallback_inactive", "a real server takes connections again")             \
  X(kTierChanged, "tier_changed", "another tier of real servers takes the connections")          \
  X(kObjectFailed, "object_failed", "an engine refused an object")                               \
  X(kObjectRecovered, "object_recovered", "an engine accepts an object that it had refused")     \
  X(kNextHopChanged, "next_hop_changed", "a real server's MAC address or interface changed")     \
  X(kPathUp, "path_up", "a real server answers at the virtual address")                          \
  X(kPathDown, "path_down", "a real server does not answer at the virtual address")              \
  X(kAddressConflict, "address_conflict", "another machine claims a virtual address")            \
  X(kAddressUnique, "address_unique", "nobody else claims the virtual address any more")         \
  X(kPersistenceCleared, "persistence_cleared", "an operator had persistence entries forgotten") \
  X(kSourcePortsScarce, "source_ports_scarce", "most source ports for a real server are in use") \
  X(kSourcePortsRecovered, "source_ports_recovered", "enough source ports for a real server are free again")

enum class EventKind {
#define EVENKEEL_EVENT_ID(id, name, description) id,
  EVENKEEL_EVENTS(EVENKEEL_EVENT_ID)
#undef EVENKEEL_EVENT_ID
};

const char* to_string(EventKind kind);

struct Event {
  uint64_t id = 0;  // rises by one; restarts with evenkeeld
  WallTime at;
  EventKind kind = EventKind::kStarted;
  std::string object;   // "virtual_service/MobilityPrint/real_server/PS1"; may be empty
  std::string message;  // one sentence, secrets masked
};

}  // namespace evenkeel::observed
