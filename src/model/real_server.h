#pragma once
// A real server of one virtual service. The same machine behind two virtual services is two real servers.

#include <cstdint>
#include <string>

#include "base/ip_address.h"

namespace evenkeel::model {

struct RealServer {
  std::string label;  // unique within its virtual service
  IpAddress address;
  uint16_t port = 0;                 // with NAT and SNAT: where it listens; 0: the port that the client asked for
  int priority = 1;                  // 1..255; the tier it belongs to: the lower, the more preferred
  uint16_t weight = 100;             // 0..65535; 0 takes no new connections
  uint32_t minimum_connections = 0;  // an overloaded server takes new ones again below this; 0: below 3/4 of maximum
  uint32_t maximum_connections = 0;  // no new connections at this many; 0: no limit

  bool operator==(const RealServer&) const = default;
};

}  // namespace evenkeel::model
