#pragma once
// What the program did with one frame, and how an oracle complains about it.

#include <cstdint>
#include <vector>

#include "data_plane.h"

namespace evenkeel::packet {

struct Event {
  Bytes frame;
  bool partial_checksums = false;
  Output output;
  std::vector<uint32_t> reasons;                         // one entry for each count
  uint32_t to_server = 0, from_server = 0, counted = 0;  // numbers; counts of either

  bool has(ek_reason reason) const;
  bool is_sent() const { return output.verdict == Verdict::kTransmit || output.verdict == Verdict::kRedirect; }
  // It was answered in its server's name.
  bool tells_sender() const;
};

// Prints the event and aborts unless `holds`.
void require(bool holds, const char* what, const Event& event);

}  // namespace evenkeel::packet
