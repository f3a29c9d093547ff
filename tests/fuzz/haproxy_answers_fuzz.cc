// Feeds the readers of what HAProxy's sockets answer any text.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engines/l7_haproxy/answers.h"
#include "engines/l7_haproxy/process.h"

using namespace evenkeel::engines::l7_haproxy;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto processes = parse_processes(text);
  if (processes.workers.empty() && !processes.old_workers.empty()) std::abort();
  (void)parse_statistics(text);
  (void)parse_description(text);
  (void)parse_process(text);
  (void)parse_sessions(text, {"a/b"});
  if (objection(text) && text.empty()) std::abort();
  if (complaints(std::string(text)).size() > 4000) std::abort();
  return 0;
}
