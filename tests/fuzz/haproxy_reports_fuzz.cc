// Feeds the readers of HAProxy's reports and of its log any text.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engines/l7_haproxy/log_line.h"
#include "engines/l7_haproxy/session_parser.h"
#include "engines/l7_haproxy/table_parser.h"

using namespace evenkeel::engines::l7_haproxy;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kLongestLine = 8192;  // masks may be longer than what they hide
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = readable_line(text);
  if (line.size() > kLongestLine || line.find_first_of("\n\x1b\x7f") != std::string::npos) std::abort();
  if (parse_log_line(line).line != line) std::abort();
  (void)parse_log_line(text);

  SessionParser sessions;
  for (std::string_view rest = text; !rest.empty();) {
    const auto one = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    if (const auto session = sessions.feed(one);
        session && session->source.address.is_unspecified() && session->layer != 7) {
      std::abort();
    }
    (void)parse_table_heading(one);
    (void)parse_table_entry(one);
  }
  (void)sessions.finish();
  return 0;
}
