#pragma once
// A capture (pcap, Ethernet, little-endian) in memory: what the fuzzer's inputs are, so that what it finds can be
// opened with any network analyser, and what any of those has recorded can be fuzzed.

#include <cstdint>
#include <span>
#include <vector>

#include "packet_builder.h"

namespace evenkeel::packet {

struct Captured {
  uint32_t second = 0;
  Bytes frame;
};

struct Capture {
  // Its frames may come with checksums that are left to hardware. In the file: the field for the accuracy of time
  // stamps, which nobody fills in and nobody reads.
  bool partial_checksums = false;
  std::vector<Captured> frames;
};

// As far as it can be read; frames of more than 2,000 bytes are cut.
Capture read_capture(std::span<const uint8_t> file);
Bytes write_capture(const Capture& capture);

}  // namespace evenkeel::packet
