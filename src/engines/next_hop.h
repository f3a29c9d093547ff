#pragma once
// Where a frame for a real server must go: kept fresh from the kernel's routes and neighbour table.

#include <cstdint>
#include <string>

#include "base/ip_address.h"

namespace evenkeel::engines {

struct NextHop {
  enum class State {
    kReachable,    // mac is known (the kernel may be re-confirming it)
    kResolving,    // asked, no answer yet
    kUnreachable,  // the kernel's resolution failed
    kNotOnLink,    // no interface has a network that contains the address
  };
  IpAddress address;
  State state = State::kResolving;
  uint32_t interface_index = 0;  // that the frame leaves by; for a VLAN interface: its lower device
  std::string interface;         // the name as the administrator knows it ("eth0.20")
  uint16_t vlan = 0;             // 802.1Q id to carry on the lower device; 0: untagged
  MacAddress mac;                // of the real server
  MacAddress source_mac;         // of the interface
  uint32_t mtu = 1500;
  bool operator==(const NextHop&) const = default;
};

}  // namespace evenkeel::engines
