#pragma once
// HAProxy's log: heard from a Unix datagram socket in a thread of its own, kept in memory as far as it is new and in
// files that are replaced in turn. HAProxy never waits for it: what comes faster than it can be read is lost.

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/fd.h"
#include "base/result.h"
#include "engines/l7_haproxy/paths.h"
#include "observed/proxy_log.h"

namespace spdlog {
class logger;
}

namespace evenkeel::engines::l7_haproxy {

// The newest lines. Any thread may call.
class LogMemory {
 public:
  explicit LogMemory(size_t capacity = 5000) : capacity_(capacity) {}

  void add(WallTime at, std::string line);
  uint64_t last_id() const;
  // Those that fit with a higher id: at most `limit`, the newest of them.
  observed::ProxyLogPage after(uint64_t id, const observed::ProxyLogFilter& filter, size_t limit) const;

 private:
  struct Line {
    WallTime at;
    std::string text;
  };
  const size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<Line> lines_;
  uint64_t last_id_ = 0;  // of lines_.back()
};

class LogReceiver {
 public:
  // `file`: the newest of the files, each of which grows to 10 MB; four older ones are kept.
  LogReceiver(Paths paths, std::string file) : paths_(std::move(paths)), file_(std::move(file)) {}

  // Listens from now on; does nothing when it does already.
  Result<> listen();
  const LogMemory& memory() const { return memory_; }

 private:
  void receive(const std::stop_token& stop);
  void keep(std::string line);
  void write(const std::string& line);

  Paths paths_;
  std::string file_;
  LogMemory memory_;
  Fd socket_;
  std::shared_ptr<spdlog::logger> writer_;
  bool cannot_write_ = false;
  std::jthread thread_;
};

}  // namespace evenkeel::engines::l7_haproxy
