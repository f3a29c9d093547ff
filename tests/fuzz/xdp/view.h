#pragma once
// Where things are in a frame, as far as it can be read: a reader of its own, so that it does not share the program's
// mistakes.

#include <cstdint>
#include <optional>

#include "packet_builder.h"

namespace evenkeel::packet {

struct View {
  bool ipv6 = false;
  int tags = 0;
  uint16_t innermost_tag = 0;
  size_t ip = 0, l4 = 0, end = 0;  // offsets in the frame; end: of the IP packet
  uint8_t protocol = 0;            // of layer 4
  bool is_fragment = false, is_later_fragment = false;
  uint8_t fragment_protocol = 0;  // these two: of all its fragments the same
  Bytes fragment_id;
  Bytes source, destination;
  bool l4_known = false;  // not a fragment, headers whole

  bool ip_checksum_holds = false;         // IPv6: always
  std::optional<bool> l4_checksum_holds;  // none: there is none, or it cannot be told
};

// Nothing when it is not an IP packet whose header and length the frame has room for.
std::optional<View> view(const Bytes& frame);
std::optional<View> view_ip(const Bytes& frame, size_t at);  // of an IP packet that begins there

// Writes the checksums of layer 3 and 4 that are right.
void write_checksums(Bytes& frame);

// As a sender leaves a checksum to hardware: the sum of the pseudo-header alone.
void write_partial_checksum(Bytes& frame);
// The frame with the checksum that its sender has left to hardware; as it is if there is none such.
Bytes completed(const Bytes& frame, const View& view);

}  // namespace evenkeel::packet
