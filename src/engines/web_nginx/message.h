#pragma once
// A line of nginx's error log: "2026/11/26 07:00:00 [emerg] 123#123: bind() to ...". Its time is the machine's local
// time.

#include <string>
#include <string_view>

#include "observed/program_log.h"

namespace evenkeel::engines::web_nginx {

// `speaker`: which nginx it is, which the text begins with. `at`: where the line has no time.
observed::LogLine parse_message(const std::string& speaker, std::string_view line, std::optional<WallTime> at);

}  // namespace evenkeel::engines::web_nginx
