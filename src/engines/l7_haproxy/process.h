#pragma once
// HAProxy's processes: how they are started and what they say. Blocks, for the engine's own thread.

#include <string>

#include "base/result.h"
#include "engines/child.h"
#include "engines/l7_haproxy/paths.h"

namespace evenkeel::engines::l7_haproxy {

// Starts a master that outlives us, its messages in the log. It has not read its file yet.
Result<pid_t> start_master(const Paths& paths);

// `haproxy -c`. An error has HAProxy's own words.
Result<> check_file(const Paths& paths, const std::string& file);

// "2.6.12-1+deb12u1"; empty: it does not say.
std::string version_of(const Paths& paths);

// The lines with which HAProxy says what is wrong, in one sentence. `text`: what it printed.
std::string complaints(const std::string& text);

}  // namespace evenkeel::engines::l7_haproxy
