#pragma once
// TCP segments by their numbers, for tests that look at more than flags.

#include <algorithm>

#include "decoded.h"
#include "packet_builder.h"

namespace evenkeel::packet {

inline uint32_t get32(const Bytes& bytes, size_t at) {
  return uint32_t{get16(bytes, at)} << 16 | get16(bytes, at + 2);
}

// A TCP segment, to be written or as it was read.
struct Segment {
  uint8_t flags = 0;
  uint32_t sequence = 0, acknowledged = 0;
  uint16_t window = 1000;
  Bytes options{};
  size_t payload = 0;

  static Segment of(const Decoded& packet) {
    const Bytes& bytes = packet.bytes();
    const size_t at = packet.l4(), header = (bytes.at(at + 12) >> 4) * 4;
    return {.flags = bytes.at(at + 13),
            .sequence = get32(bytes, at + 4),
            .acknowledged = get32(bytes, at + 8),
            .window = get16(bytes, at + 14),
            .options = Bytes(bytes.begin() + at + 20, bytes.begin() + at + header),
            .payload = packet.end() - at - header};
  }
};

inline Bytes with_segment(Frame frame, uint16_t from, uint16_t to, const Segment& segment) {
  Bytes bytes = frame.tcp(from, to, segment.flags, segment.options.size() + segment.payload).bytes();
  const size_t at = Decoded(bytes).l4();
  auto put32 = [&](size_t offset, uint32_t value) {
    for (int i = 0; i < 4; ++i) bytes[at + offset + i] = value >> (24 - 8 * i) & 255;
  };
  put32(4, segment.sequence);
  put32(8, segment.acknowledged);
  bytes[at + 12] = (20 + segment.options.size()) / 4 << 4;
  bytes[at + 14] = segment.window >> 8;
  bytes[at + 15] = segment.window & 255;
  std::copy(segment.options.begin(), segment.options.end(), bytes.begin() + at + 20);
  return Decoded(bytes).with_l4_checksum();
}

}  // namespace evenkeel::packet
