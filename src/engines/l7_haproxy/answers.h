#pragma once
// What HAProxy's sockets answer, read. Bounded; anything else than what is expected reads as nothing.

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "observed/layer7.h"

namespace evenkeel::engines::l7_haproxy {

// The master's `show proc`.
struct Processes {
  pid_t master = 0;  // 0: none was named
  int failed_reloads = 0;
  std::vector<pid_t> workers;                  // that serve; one, unless it could not be reloaded
  std::vector<pid_t> old_workers;              // that go on for the connections that they have
  std::map<pid_t, std::chrono::seconds> ages;  // of all of them
};
Processes parse_processes(std::string_view answer);

// The description in a worker's `show info`: the name that its file gave itself. Empty: none.
std::string parse_description(std::string_view answer);

// The worker itself, in the same; 0: it does not say.
pid_t parse_process(std::string_view answer);

// A worker's `show stat`. Lines of other shapes are left out.
observed::Layer7Report parse_statistics(std::string_view answer);

// The ids in a worker's `show sess` of sessions with one of these servers ("SERVICE/SERVER").
std::vector<std::string> parse_sessions(std::string_view answer, const std::vector<std::string>& servers);

// Why a command was not carried out, in HAProxy's words; none: it was.
std::optional<std::string> objection(std::string_view answer);

}  // namespace evenkeel::engines::l7_haproxy
