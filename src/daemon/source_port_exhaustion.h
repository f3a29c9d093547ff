#pragma once
// Notices when new connections of a virtual service with SNAT find no source port, and when they have found one for a
// while again. Pure.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "daemon/rising_count.h"

namespace evenkeel::daemon {

class SourcePortExhaustion {
 public:
  // Without a packet that found no port. A client that got no answer sends its SYN again after 1, 2, 4, 8 and 16
  // seconds: as long as one waits in vain it goes on.
  static constexpr std::chrono::seconds kEndsAfter{20};

  struct Change {
    std::string virtual_service;  // label
    bool is_exhausted = false;
    std::string sentence;
  };

  // Packets of every virtual service that found no port (the reason no_source_port), none included; the first count of
  // each is where it begins. Returns for whom it begins or ends.
  std::vector<Change> update(SteadyTime now, const std::map<std::string, uint64_t>& without_port);
  // Those that have run out, and a sentence about it.
  const std::map<std::string, std::string>& exhausted() const { return exhausted_; }

 private:
  std::map<std::string, RisingCount> known_;  // by label
  std::map<std::string, std::string> exhausted_;
};

}  // namespace evenkeel::daemon
