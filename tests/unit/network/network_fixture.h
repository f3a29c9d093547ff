#pragma once
// A mirror that the test fills as the kernel's events would.

#include <gtest/gtest.h>
#include <linux/if.h>

#include "engines/network/mirror.h"

namespace evenkeel::engines::network {

inline IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}
inline MacAddress mac(uint8_t last) {
  return {{2, 0, 0, 0, 0, last}};
}

class MirrorTest : public testing::Test {
 protected:
  void add_link(uint32_t index, const char* name, uint32_t lower = 0, uint16_t vlan = 0, uint32_t flags = kUp) {
    Link link;
    link.index = index;
    link.name = name;
    link.mac = mac(static_cast<uint8_t>(index));
    link.mtu = 1500;
    link.flags = flags;
    link.lower = lower;
    link.vlan = vlan;
    mirror_.apply({.what = link});
  }
  void add_address(uint32_t index, const char* prefix, uint8_t protocol = 0) {
    const IpPrefix parsed = *IpPrefix::parse(prefix);
    mirror_.apply({.what = InterfaceAddress{index, parsed, parsed.address, protocol}});
  }
  void add_route(uint32_t index, const char* prefix, bool has_gateway = false, uint32_t metric = 0) {
    mirror_.apply({.what = Route{*IpPrefix::parse(prefix), metric, index, has_gateway}});
  }
  void set_neighbour(uint16_t state, uint8_t last = 21, uint8_t flags = 0) {
    mirror_.apply({.what = Neighbour{2, ip("10.0.0.21"), mac(last), state, flags}});
  }
  static constexpr uint32_t kUp = uint32_t{IFF_UP} | IFF_LOWER_UP;
  Mirror mirror_;
};

}  // namespace evenkeel::engines::network
