#pragma once
// How it stands with a program that does an engine's work.

#include <sys/types.h>

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"

namespace evenkeel::observed {

struct EngineStatus {
  std::string name;  // "haproxy", "nginx-web", "nginx-fallback"
  bool is_wanted = false;
  bool is_running = false;
  std::optional<WallTime> since;  // when the running process was started
  std::string version;            // "2.6.12-1+deb12u1"; empty: not known
  pid_t pid = 0;                  // of the master; 0: it does not run
  uint64_t restarts = 0;          // it ended by itself and was started again, since evenkeeld was started
  std::string last_error;         // empty: none since evenkeeld was started
  std::optional<WallTime> last_error_at;
};

boost::json::object to_json(const EngineStatus& status);

// What came of having it read its file again.
struct EngineRestart {
  EngineStatus engine;
  std::string sentence;
};

}  // namespace evenkeel::observed
