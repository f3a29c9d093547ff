// Feeds the recogniser of ping replies any packet: it must stay inside it, and never take noise for a reply.

#include <cstdint>
#include <cstdlib>
#include <span>

#include "health/icmp_echo.h"

using namespace evenkeel::health;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> packet(data, size);
  for (const auto family : {evenkeel::AddressFamily::kIpv4, evenkeel::AddressFamily::kIpv6}) {
    for (const auto kind : {EchoSocket::kDatagram, EchoSocket::kRaw}) {
      const Echo echo{family, 0x1234, 7, 0x0102030405060708};
      if (is_reply(echo, kind, packet) && size < render_echo_request(echo).size()) std::abort();
    }
  }
  return 0;
}
