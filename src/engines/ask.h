#pragma once
// Questions to the Unix socket of a program that an engine supervises, and its answers. Blocks, for the engine's own
// threads.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace evenkeel::engines {

// At most 64 MiB, within the time given. kUnavailable: nobody listens, or it was closed without an answer; kTimeout.
Result<std::string> ask(const std::string& socket_path, std::string_view command,
                        std::chrono::milliseconds within = std::chrono::seconds(5));

// An answer that may be long, a line at a time as it comes: the program waits until it is read, for ten seconds at
// most.
class LineStream {
 public:
  static Result<LineStream> open(const std::string& socket_path, std::string_view command);
  // Without its line break, and without what goes beyond 16 KiB. None: the end. Valid until the next call. kTimeout:
  // there was nothing to read for five seconds.
  Result<std::optional<std::string_view>> next();

 private:
  explicit LineStream(Fd socket) : socket_(std::move(socket)) {}
  Result<bool> receive();  // false: the end

  Fd socket_;
  std::string received_;
  size_t taken_ = 0;  // of it
  bool has_ended_ = false;
};

}  // namespace evenkeel::engines
