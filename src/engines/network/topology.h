#pragma once
// What the kernel says about links, addresses, routes and neighbours, as plain values. Nothing here asks the kernel.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/ip_address.h"

namespace evenkeel::engines::network {

struct Link {
  uint32_t index = 0;
  std::string name;
  MacAddress mac;
  uint32_t mtu = 0;
  uint32_t flags = 0;  // of IFF_UP, IFF_LOWER_UP and IFF_LOOPBACK
  // Of a VLAN or macvlan interface: the index of the device that carries it; 0: it is another namespace's. Else 0.
  uint32_t lower = 0;
  bool is_macvlan = false;
  uint16_t vlan = 0;  // 802.1Q id, 1..4094; 0: not an 802.1Q VLAN interface
  // How often its carrier has come: the kernel reports one change a second, so that a carrier which is lost and back
  // sooner may never be seen to be lost.
  uint32_t carrier_returns = 0;

  bool leaves_checksums = false;  // veth, tap, ...: senders there leave checksums to hardware, and there is none

  bool is_vlan() const { return vlan != 0; }
  bool is_loopback() const;
  bool is_up() const;  // switched on, and has a carrier
  bool operator==(const Link&) const = default;
};

struct InterfaceAddress {
  uint32_t link_index = 0;
  IpPrefix prefix;       // the interface's own address and the length of its network
  IpAddress peer;        // the other end of a point-to-point link; else the same address
  uint8_t protocol = 0;  // IFA_PROTO: who added it; 0 on kernels before 5.18 and where nobody said
  bool operator==(const InterfaceAddress&) const = default;

  // The network that this address connects its interface to.
  IpPrefix network() const { return {peer.masked(prefix.length), prefix.length}; }
};

// A unicast route of the main table.
struct Route {
  IpPrefix destination;
  uint32_t metric = 0;
  uint32_t link_index = 0;
  bool has_gateway = false;  // not on-link: behind a router
  bool operator==(const Route&) const = default;
};

// The kernel's answer to how it would send to an address, policy rules and all.
struct Path {
  bool is_local = false;  // to the machine itself
  uint32_t link_index = 0;
  std::optional<IpAddress> gateway;  // none: no router; IPv4 may go by an IPv6 router
  IpAddress source;                  // that it would send from; unspecified: it did not say
  uint32_t mtu = 0;                  // of the route; 0: as the link's
  bool operator==(const Path&) const = default;
};

// Something else that decides paths has changed: a rule, a next-hop object, a route of another table.
struct Routing {
  bool operator==(const Routing&) const = default;
};

// Forwarding or reverse path filtering was turned on or off.
struct Settings {
  bool operator==(const Settings&) const = default;
};

struct Neighbour {
  uint32_t link_index = 0;
  IpAddress address;
  MacAddress mac;
  uint16_t state = 0;  // NUD_*
  uint8_t flags = 0;   // NTF_*
  bool operator==(const Neighbour&) const = default;

  bool has_mac() const;        // resolved, even if it is being confirmed again
  bool has_failed() const;     // asked, no answer
  bool can_be_probed() const;  // the kernel resolved it by itself, and is not confirming it just now
};

// One thing that the kernel reports. For kRemoved only what names the thing is filled.
struct Change {
  enum class Kind { kPresent, kRemoved };
  Kind kind = Kind::kPresent;
  // The kernel replaced another route by this one and does not say which.
  bool replaces = false;
  std::variant<Link, InterfaceAddress, Route, Neighbour, Routing, Settings> what;
};

}  // namespace evenkeel::engines::network
