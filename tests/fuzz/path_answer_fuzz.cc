// Feeds the reader of answers to path checks any packet: it must stay inside it, and never take for a TCP answer what
// has no room for one.

#include <cstdint>
#include <cstdlib>
#include <span>

#include "health/path_answer.h"

using evenkeel::health::PathAnswer;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kSmallestTcp = 20 + 20;
  const auto answer = evenkeel::health::parse_path_answer(std::span(data, size));
  if (!answer) return 0;
  const bool is_tcp = answer->kind == PathAnswer::Kind::kSynAck || answer->kind == PathAnswer::Kind::kReset;
  if (is_tcp && size < kSmallestTcp) std::abort();
  return 0;
}
