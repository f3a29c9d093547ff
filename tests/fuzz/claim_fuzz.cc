// Feeds the readers of ARP messages and neighbour advertisements any packet: they must stay inside it.

#include <cstdint>
#include <cstdlib>
#include <span>

#include "engines/network/claim.h"

using namespace evenkeel::engines::network;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> packet(data, size);
  if (const auto claim = parse_arp_claim(packet); claim && claim->address.is_unspecified()) std::abort();
  if (parse_advertisement_claim(packet, {}) && size < 64) std::abort();
  return 0;
}
