#pragma once
// What HAProxy's master and workers print: "[NOTICE]   (4711) : New worker (4712) forked".

#include <string_view>

#include "observed/program_log.h"

namespace evenkeel::engines::l7_haproxy {

// With the process that says it. Other lines, such as what follows a long message, have no level.
observed::LogLine parse_message(std::string_view line, std::optional<WallTime> at);

}  // namespace evenkeel::engines::l7_haproxy
