#pragma once
// A virtual service: an address and ports on which clients find a group of real servers.

#include <string>
#include <vector>

#include "base/ip_address.h"
#include "model/health_check.h"
#include "model/persistence.h"
#include "model/port_set.h"
#include "model/real_server.h"

namespace evenkeel::model {

enum class Protocol { kTcp, kUdp, kTcpUdp };
enum class ForwardingMethod { kDirectRouting };
enum class Scheduler { kWeightedLeastConnections, kWeightedRoundRobin, kSourceHash, kMaglev };

// Who answers when no real server may take a new connection.
enum class FallbackMode {
  kLocal,  // whatever listens on the virtual service's port on the load balancer itself
  kNone,   // nobody: new connections are dropped and counted
};

struct Fallback {
  FallbackMode mode = FallbackMode::kLocal;
  bool operator==(const Fallback&) const = default;
};

struct VirtualService {
  std::string label;  // unique; letters, digits, "_", "-", ".", at most 64
  IpAddress address;
  PortSet ports;
  Protocol protocol = Protocol::kTcp;
  std::string interface;  // that carries the address; empty: the one with a network that contains it
  ForwardingMethod forwarding_method = ForwardingMethod::kDirectRouting;
  Scheduler scheduler = Scheduler::kWeightedLeastConnections;
  Persistence persistence;
  HealthCheck health_check;
  Fallback fallback;
  std::vector<RealServer> real_servers;

  bool operator==(const VirtualService&) const = default;
};

}  // namespace evenkeel::model
