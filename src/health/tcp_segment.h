#pragma once
// A TCP SYN, and what answers it, as bytes of a raw socket. Pure.

#include <cstdint>
#include <span>
#include <string>

#include "base/ip_address.h"

namespace evenkeel::health {

struct Syn {
  Endpoint from, to;  // of one family
  uint32_t sequence = 0;
};

// The TCP header alone, with its checksum.
std::string render_syn(const Syn& syn);

enum class SynAnswer { kNone, kAccepted, kRefused };
// What a raw socket delivered: for IPv4 with the IP header, for IPv6 without.
SynAnswer read_syn_answer(const Syn& syn, std::span<const uint8_t> received);

}  // namespace evenkeel::health
