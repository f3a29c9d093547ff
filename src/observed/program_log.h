#pragma once
// What a program says of itself, line by line, as far as it is remembered: evenkeeld's own log, the messages of HAProxy
// and nginx. Bounded in lines and bytes. Any thread may call.

#include <boost/json.hpp>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace evenkeel::observed {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogLine {
  std::optional<WallTime> at = {};  // none: it was there before anybody looked
  std::optional<LogLevel> level = {};
  std::string text;  // once it is remembered: one line of UTF-8, secrets masked, at most 4 kB
};

struct LogPage {
  std::vector<LogLine> lines;  // oldest first
  uint64_t last_id = 0;        // of the newest line, whether it fits or not; 0: there was none yet
  bool more = false;           // older ones fit too, and are not here
};

class ProgramLog {
 public:
  explicit ProgramLog(size_t most_lines = 2000, size_t most_bytes = size_t{1} << 20)
      : most_lines_(most_lines), most_bytes_(most_bytes) {}

  void add(LogLine line);
  // The first line has 1, and it rises by one; it restarts with evenkeeld.
  uint64_t last_id() const;
  // Those with a higher id that have `contains` in them, in upper or lower case: at most `limit`, the newest of them.
  LogPage after(uint64_t id, std::string_view contains, size_t limit) const;

 private:
  const size_t most_lines_, most_bytes_;
  mutable std::mutex mutex_;
  std::deque<LogLine> lines_;
  size_t bytes_ = 0;  // of their texts
  uint64_t last_id_ = 0;
};

// A log as operators find it.
struct NamedLog {
  std::string name, title;
  const ProgramLog* log;  // never null; lives as long as evenkeeld
};

const char* to_string(LogLevel level);
// {"time": "..." | null, "level": "info" | null, "text": "..."}
boost::json::object to_json(const LogLine& line);

}  // namespace evenkeel::observed
