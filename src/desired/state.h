#pragma once
// What should be: the one value that every engine is made to match. Computed by desired::compute, never edited.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "desired/fallback_pages.h"
#include "desired/layer7.h"
#include "model/virtual_service.h"

namespace evenkeel::desired {

// What becomes of the packets of connections that a real server already has.
enum class Established {
  kKeep,   // they reach it
  kReset,  // TCP is reset, towards both ends; the rest is dropped and counted
  kDrop,   // they are dropped and counted
};

// One real server as the layer-4 engine must treat it.
struct RealServer {
  std::string label;
  IpAddress address;
  uint16_t port = 0;  // 0: the port that the client asked for
  model::ForwardingMethod forwarding_method = model::ForwardingMethod::kDirectRouting;
  uint16_t weight = 100;  // effective: less in a slow start
  uint32_t minimum_connections = 0;
  uint32_t maximum_connections = 0;  // 0: no limit
  bool takes_new = true;             // new connections (and persistent clients) may come
  Established established = Established::kKeep;
  bool failed = false;  // its health check says so: what begins anew there goes elsewhere
  bool operator==(const RealServer&) const = default;
};

struct VirtualService {
  std::string label;
  IpAddress address;
  model::PortSet ports;
  model::Protocol protocol = model::Protocol::kTcp;
  model::ForwardingMethod forwarding_method = model::ForwardingMethod::kDirectRouting;
  std::vector<IpAddress> source_addresses;  // of SNAT: never empty then; empty otherwise
  model::Scheduler scheduler = model::Scheduler::kWeightedLeastConnections;
  bool one_packet = false;  // UDP: each datagram is scheduled on its own, no connection is kept
  model::Persistence persistence;
  uint32_t half_open_limit = 0;                            // 0: none
  model::SynFlood syn_flood = model::SynFlood::kMakeRoom;  // never automatic
  bool panic = false;            // too few are healthy: those that fail their checks are used too
  bool is_below_quorum = false;  // some are usable, but too few to be of use: none may take a new connection
  bool fallback_active = false;  // no real server may take a new connection
  model::FallbackMode fallback = model::FallbackMode::kLocal;
  // The tier that has taken over, to be given back as Inputs::active_tier. 0: none, or not certain while a more
  // preferred real server has not been checked.
  int active_tier = 0;
  std::vector<RealServer> real_servers;  // as configured, and after them the fallback server where there is one
  bool operator==(const VirtualService&) const = default;
};

struct Layer4 {
  std::vector<VirtualService> virtual_services;
  bool operator==(const Layer4&) const = default;
};

struct VirtualAddress {
  IpAddress address;
  std::string interface;  // empty: the interface with a network that contains it
  auto operator<=>(const VirtualAddress&) const = default;
};

// Real servers that reach the outside through the load balancer, which lends them its own address.
struct AutoNat {
  std::vector<IpAddress> sources;       // sorted, unique; none: off
  std::vector<std::string> interfaces;  // that they may leave by; none: any
  bool operator==(const AutoNat&) const = default;
};

// TCP from these ports of a real server is for the proxy, whatever address it goes to: the proxy has spoken in the
// client's name.
struct ProxiedServer {
  IpAddress address;
  uint16_t first_port = 0;
  uint16_t last_port = 0;
  auto operator<=>(const ProxiedServer&) const = default;
};

struct Network {
  std::vector<VirtualAddress> virtual_addresses;  // and source addresses: sorted, unique
  std::vector<IpAddress> on_link;                 // real servers that must be: direct routing. Sorted, unique
  std::vector<IpAddress> next_hops;               // every real server, on-link or behind a router: sorted, unique
  std::vector<IpAddress> gateway_for;             // real servers that answer through the load balancer: sorted, unique
  AutoNat auto_nat;
  std::vector<ProxiedServer> proxied;  // sorted, unique
  bool operator==(const Network&) const = default;
};

struct State {
  Network network;
  Layer4 layer4;
  Layer7 layer7 = {};
  FallbackPages fallback_pages = {};
  bool operator==(const State&) const = default;
};

}  // namespace evenkeel::desired
