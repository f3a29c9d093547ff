#pragma once
// Source-address persistence: a client keeps its real server over all ports and protocols of a virtual service.

#include <chrono>

namespace evenkeel::model {

struct Persistence {
  bool enabled = true;
  std::chrono::seconds timeout{300};  // since the client's last new connection
  int ipv4_prefix = 32;               // clients of one prefix count as one; 1..32
  int ipv6_prefix = 128;              // 1..128

  bool operator==(const Persistence&) const = default;
};

}  // namespace evenkeel::model
