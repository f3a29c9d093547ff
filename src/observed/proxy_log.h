#pragma once
// A line of HAProxy's log, and how lines are asked for.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ip_address.h"

namespace evenkeel::observed {

struct ProxyLogEntry {
  uint64_t id = 0;                      // rises by one; restarts with evenkeeld
  WallTime at = {};                     // when evenkeeld heard of it
  std::optional<Endpoint> client = {};  // none, as everything below but `line`: it is about no connection
  std::string virtual_service = {}, real_server = {};  // labels; no real server: none was reached
  std::optional<int> status = {};                      // in http mode, where an answer was sent
  uint64_t bytes = 0;                                  // to the client
  std::chrono::milliseconds total{0};
  std::string ended = {};  // HAProxy's code for how it ended, "--" where all went well: "SC" is a refusing real server
  std::string request = {};  // in http mode its first line; secrets masked
  std::string line = {};     // as HAProxy wrote it, without its syslog header; secrets masked
};

struct ProxyLogPage {
  std::vector<ProxyLogEntry> entries;  // oldest first
  uint64_t last_id = 0;                // of the newest line, whether it fits or not; 0: there was none yet
};

// What is not given fits all.
struct ProxyLogFilter {
  std::string virtual_service = {}, real_server = {};
  std::optional<int> status_from = {}, status_to = {};  // both or none
  std::optional<IpPrefix> client = {};
};

}  // namespace evenkeel::observed
