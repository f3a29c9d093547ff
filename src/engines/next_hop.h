#pragma once
// Where a frame for a real server must go: straight to it, or to the router on the way. Kept fresh from the kernel's
// routes and neighbour table.

#include <cstdint>
#include <string>

#include "base/ip_address.h"

namespace evenkeel::engines {

struct NextHop {
  enum class State {
    kReachable,    // mac is known (the kernel may be re-confirming it)
    kResolving,    // asked, no answer yet
    kUnreachable,  // the kernel's resolution failed
    kNoRoute,      // nothing leads there, or only what frames cannot be sent through; all below is empty
  };
  IpAddress address;  // of the real server
  State state = State::kResolving;
  uint32_t interface_index = 0;  // that the frame leaves by; for a VLAN interface: its lower device
  std::string interface;         // the name as the administrator knows it ("eth0.20")
  uint16_t vlan = 0;             // 802.1Q id to carry on the lower device; 0: untagged
  bool on_link = true;           // on a network of that interface: what direct routing needs
  IpAddress gateway;             // the router on the way, perhaps of the other family; 0.0.0.0: none
  MacAddress mac;                // of the real server, or of the router
  MacAddress source_mac;         // of the interface
  IpAddress source;              // what the load balancer itself sends from on this path; unspecified: unknown
  uint32_t mtu = 1500;           // of the path as far as the load balancer knows it
  bool operator==(const NextHop&) const = default;
};

}  // namespace evenkeel::engines
