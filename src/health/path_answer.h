#pragma once
// What comes back to a path check, read from a captured packet. Pure; never reads beyond the bytes given, whatever they
// are.

#include <cstdint>
#include <optional>
#include <span>

#include "base/ip_address.h"
#include "health/path_packet.h"

namespace evenkeel::health {

enum class Unreachable { kPort, kProtocol, kHost, kProhibited };

struct PathAnswer {
  enum class Kind { kSynAck, kReset, kDatagram, kUnreachable };
  Kind kind = Kind::kReset;
  // The flow that it answers: source is ours. Of an ICMP error about a tunnel that quotes too little, the target is
  // unspecified.
  PathFlow flow = {};
  uint32_t acknowledged = 0;  // of TCP: the sequence number that it expects next
  // Of an ICMP error:
  Unreachable unreachable = Unreachable::kHost;
  IpAddress reporter = {};
  std::optional<IpAddress> tunnel_end = {};  // where the packet that could not be delivered was sent in a tunnel
  uint32_t quoted_sequence = 0;              // of a quoted TCP packet, else 0
};

// `packet`: from the IP header on. Nothing for what answers no path check.
std::optional<PathAnswer> parse_path_answer(std::span<const uint8_t> packet);

}  // namespace evenkeel::health
