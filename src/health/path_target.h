#pragma once
// What a path check asks for.

#include <chrono>
#include <cstdint>

#include "base/ip_address.h"
#include "model/operator_action.h"

namespace evenkeel::health {

struct PathTarget {
  model::RealServerKey key;
  Endpoint virtual_endpoint;  // where clients are sent
  IpAddress address;          // the real server's own
  uint16_t own_port = 0;      // where it answers at its own address: what its own check asks
  bool is_udp = false;
  bool is_tunnel = false;
  std::chrono::seconds interval{6};
  std::chrono::milliseconds timeout{5000};
  int failure_count = 2;
  bool operator==(const PathTarget&) const = default;
};

}  // namespace evenkeel::health
