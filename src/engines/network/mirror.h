#pragma once
// Mirror: what the kernel knows about links, addresses, routes and neighbours, kept by its events, and the questions
// that the engine asks of it. It asks the kernel nothing itself.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engines/network/topology.h"

namespace evenkeel::engines::network {

class Mirror {
 public:
  // False when nothing is different.
  bool apply(const Change& change);
  // Before a new dump.
  void clear();
  void clear_routes() { routes_.clear(); }

  const Link* link(uint32_t index) const;
  const Link* link(const std::string& name) const;
  const std::map<uint32_t, Link>& links() const { return links_; }
  // For a VLAN interface its lower device; else the link itself. Nothing when the lower device is not here, or is a
  // VLAN interface itself: one tag is all that the data plane can put on.
  const Link* device_of(const Link& link) const;

  std::vector<InterfaceAddress> addresses() const;
  bool has_address(const IpAddress& address) const;
  // Any entry of that address on that link, whatever its prefix length.
  const InterfaceAddress* address_on(const IpAddress& address, uint32_t link_index) const;
  // The link whose own networks contain the address: the longest prefix, then the lowest index. Host addresses and the
  // loopback interface do not count.
  const Link* network_of(const IpAddress& address) const;
  // The link by which the address is reached without a router.
  const Link* on_link(const IpAddress& address) const;

  // Those that default routes leave by.
  std::set<uint32_t> default_links(AddressFamily family) const;

  const Neighbour* neighbour(uint32_t link_index, const IpAddress& address) const;

 private:
  bool apply_link(const Change& change, const Link& link);
  bool apply_address(const Change& change, const InterfaceAddress& address);
  bool apply_route(const Change& change, const Route& route);
  bool apply_neighbour(const Change& change, const Neighbour& neighbour);

  using RouteKey = std::tuple<IpPrefix, uint32_t, uint32_t>;  // destination, metric, link
  std::map<uint32_t, Link> links_;
  std::map<std::tuple<IpAddress, uint32_t, int>, InterfaceAddress> addresses_;  // address, link, prefix length
  std::map<std::tuple<IpAddress, uint32_t, int>, InterfaceAddress> networks_;   // those that are not host addresses
  std::map<RouteKey, Route> routes_;
  std::map<std::pair<uint32_t, IpAddress>, Neighbour> neighbours_;
};

}  // namespace evenkeel::engines::network
