#pragma once
// Notices when new connections find no room in a connection table, and when they have found it for a while again. Pure.

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "daemon/rising_count.h"

namespace evenkeel::daemon {

inline constexpr const char* kConnectionTable = "connection_table";  // what its events and its notice are about

class ConnectionTableAlarm {
 public:
  static constexpr std::chrono::seconds kEndsAfter{60};  // without a connection that found no room

  struct Change {
    bool is_full = false;
    std::string sentence;
  };

  // Packets that found no room (the reason table_full) since the data plane was loaded; the first count is where it
  // begins.
  std::optional<Change> update(SteadyTime now, uint64_t without_room);
  // While it is full, a sentence about it; else empty.
  const std::string& sentence() const { return sentence_; }

 private:
  RisingCount without_room_{kEndsAfter};
  std::string sentence_;
};

}  // namespace evenkeel::daemon
