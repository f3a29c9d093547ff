#pragma once
// HAProxy's processes: how they are started and watched. Blocks, for the engine's own thread.

#include <sys/types.h>

#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "engines/l7_haproxy/paths.h"

namespace evenkeel::engines::l7_haproxy {

// Starts a master that outlives us: a session of its own, its messages in the log. It has not read its file yet.
Result<pid_t> start_master(const Paths& paths);

// `haproxy -c`. An error has HAProxy's own words.
Result<> check_file(const Paths& paths, const std::string& file);

// Readable when the process has ended.
Result<Fd> open_process(pid_t pid);
bool has_ended(const Fd& process);
// Of a child of ours: what the kernel still keeps of it. Does nothing for others.
void reap(pid_t pid);

// The lines with which HAProxy says what is wrong, in one sentence. `text`: what it printed.
std::string complaints(const std::string& text);

}  // namespace evenkeel::engines::l7_haproxy
