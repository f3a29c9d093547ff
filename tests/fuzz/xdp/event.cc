#include "event.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace evenkeel::packet {
namespace {

void dump(const char* name, const Bytes& bytes) {
  fprintf(stderr, "%s (%zu):", name, bytes.size());
  for (uint8_t byte : bytes) fprintf(stderr, " %02x", byte);
  fprintf(stderr, "\n");
}

}  // namespace

bool Event::has(ek_reason reason) const {
  return std::ranges::find(reasons, static_cast<uint32_t>(reason)) != reasons.end();
}

bool Event::tells_sender() const {
  return has(EK_REASON_RESET) || has(EK_REASON_PACKET_TOO_BIG) || has(EK_REASON_SYN_COOKIE);
}

void require(bool holds, const char* what, const Event& event) {
  if (holds) return;
  fprintf(stderr, "%s; verdict %d, to real server %u, from %u\n", what, static_cast<int>(event.output.verdict),
          event.to_server, event.from_server);
  for (uint32_t reason : event.reasons) fprintf(stderr, "reason %u\n", reason);
  dump("in", event.frame);
  dump("out", event.output.bytes);
  std::abort();
}

}  // namespace evenkeel::packet
