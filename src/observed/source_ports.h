#pragma once
// How many source ports SNAT has in use.

#include <cstdint>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "model/operator_action.h"

namespace evenkeel::observed {

constexpr uint64_t kSourcePorts = 64'512;  // of one source address for one port and protocol of a real server

struct SourcePorts {
  IpAddress source_address;
  Endpoint destination;                            // of the real server
  std::string protocol;                            // "TCP", "UDP"
  uint64_t used = 0;                               // of kSourcePorts
  std::vector<model::RealServerKey> real_servers;  // whose connections these are: the same machine may be several
};

}  // namespace evenkeel::observed
