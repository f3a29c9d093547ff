#include "engines/l7_haproxy/message.h"

#include <array>

namespace evenkeel::engines::l7_haproxy {
namespace {

using observed::LogLevel;

struct Mark {
  std::string_view text;
  LogLevel level;
};
constexpr std::array kMarks{Mark{"[DEBUG]", LogLevel::kDebug}, Mark{"[INFO]", LogLevel::kInfo},
                            Mark{"[NOTICE]", LogLevel::kInfo}, Mark{"[WARNING]", LogLevel::kWarning},
                            Mark{"[ALERT]", LogLevel::kError}, Mark{"[EMERG]", LogLevel::kError},
                            Mark{"[CRIT]", LogLevel::kError}};

}  // namespace

observed::LogLine parse_message(std::string_view line, std::optional<WallTime> at) {
  observed::LogLine message{at, std::nullopt, std::string(line)};
  for (const Mark& mark : kMarks) {
    if (!line.starts_with(mark.text)) continue;
    line.remove_prefix(mark.text.size());
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    message.level = mark.level;
    message.text = line;
    break;
  }
  return message;
}

}  // namespace evenkeel::engines::l7_haproxy
