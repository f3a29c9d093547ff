#pragma once
// Other people's programs as our children: run to their end, or left running when we are gone. Blocks, for an engine's
// own thread.

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"

namespace evenkeel::engines {

// Starts a program that outlives us, in a session of its own; what it prints is appended to `log`. `arguments`: the
// program's path first. kUnsupported: there is no such program.
Result<pid_t> start_daemon(const std::vector<std::string>& arguments, const std::string& log);

struct Finished {
  bool succeeded = false;
  std::string text;  // what it printed, at most 64 kB of it
};

// Waits for its end, and ends it itself when the time is over.
Result<Finished> run_to_end(const std::vector<std::string>& arguments, std::chrono::milliseconds within);

// Readable when the process has ended.
Result<Fd> open_process(pid_t pid);
bool has_ended(const Fd& process);
// Of a child of ours: what the kernel still keeps of it. Does nothing for others.
void reap(pid_t pid);

// When that process was started; none: it has ended.
std::optional<WallTime> start_of(pid_t pid, const Clock& clock);

// Is that process this program, though its file may have been replaced since it was started?
bool runs_program(pid_t pid, const std::string& program);

}  // namespace evenkeel::engines
