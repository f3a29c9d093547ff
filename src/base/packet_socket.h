#pragma once
// A packet(7) socket: frames as they come in by every interface, or a way to send some. Needs CAP_NET_RAW.

#include <linux/filter.h>

#include <cstdint>
#include <span>

#include "base/fd.h"
#include "base/result.h"

namespace evenkeel {

// type: SOCK_RAW (with the link-layer header) or SOCK_DGRAM (without). protocol: an ETH_P_ number in host order; 0: it
// only sends. No filter: everything of that protocol. Not blocking. kSystem with errno where the kernel refuses.
Result<Fd> open_packet_socket(int type, uint16_t protocol, std::span<sock_filter> filter = {});

}  // namespace evenkeel
