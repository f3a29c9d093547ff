#include "engines/network/mirror.h"

#include <algorithm>

namespace evenkeel::engines::network {
namespace {

// Puts the value under its key, or takes the key away. True when the map is different after.
template <class Map>
bool change_entry(Map& map, const typename Map::key_type& key, const typename Map::mapped_type& value,
                  Change::Kind kind) {
  if (kind == Change::Kind::kRemoved) return map.erase(key) > 0;
  auto [entry, added] = map.try_emplace(key, value);
  if (added) return true;
  if (entry->second == value) return false;
  entry->second = value;
  return true;
}

}  // namespace

bool Mirror::apply(const Change& change) {
  if (const auto* link = std::get_if<Link>(&change.what)) return apply_link(change, *link);
  if (const auto* address = std::get_if<InterfaceAddress>(&change.what)) return apply_address(change, *address);
  if (const auto* route = std::get_if<Route>(&change.what)) return apply_route(change, *route);
  if (const auto* neighbour = std::get_if<Neighbour>(&change.what)) return apply_neighbour(change, *neighbour);
  return false;  // Routing and Settings: nothing of them is kept here
}

bool Mirror::apply_link(const Change& change, const Link& link) {
  const bool changed = change_entry(links_, link.index, link, change.kind);
  if (change.kind == Change::Kind::kRemoved) {
    // The kernel does not report everything that goes with a link.
    std::erase_if(addresses_, [&](const auto& entry) { return entry.second.link_index == link.index; });
    std::erase_if(networks_, [&](const auto& entry) { return entry.second.link_index == link.index; });
    std::erase_if(routes_, [&](const auto& entry) { return entry.second.link_index == link.index; });
    std::erase_if(neighbours_, [&](const auto& entry) { return entry.second.link_index == link.index; });
  }
  return changed;
}

bool Mirror::apply_address(const Change& change, const InterfaceAddress& address) {
  const std::tuple key{address.prefix.address, address.link_index, address.prefix.length};
  if (address.prefix.length < address.prefix.address.bits()) change_entry(networks_, key, address, change.kind);
  return change_entry(addresses_, key, address, change.kind);
}

bool Mirror::apply_route(const Change& change, const Route& route) {
  return change_entry(routes_, {route.destination, route.metric, route.link_index}, route, change.kind);
}

bool Mirror::apply_neighbour(const Change& change, const Neighbour& neighbour) {
  return change_entry(neighbours_, {neighbour.link_index, neighbour.address}, neighbour, change.kind);
}

void Mirror::clear() {
  links_.clear();
  addresses_.clear();
  networks_.clear();
  routes_.clear();
  neighbours_.clear();
}

const Link* Mirror::link(uint32_t index) const {
  auto found = links_.find(index);
  return found == links_.end() ? nullptr : &found->second;
}

const Link* Mirror::link(const std::string& name) const {
  auto found = std::ranges::find_if(links_, [&](const auto& entry) { return entry.second.name == name; });
  return found == links_.end() ? nullptr : &found->second;
}

const Link* Mirror::device_of(const Link& of) const {
  if (!of.is_vlan()) return &of;
  const Link* lower = link(of.lower);
  return lower != nullptr && !lower->is_vlan() ? lower : nullptr;
}

std::vector<InterfaceAddress> Mirror::addresses() const {
  std::vector<InterfaceAddress> all;
  all.reserve(addresses_.size());
  for (const auto& [key, address] : addresses_) all.push_back(address);
  return all;
}

bool Mirror::has_address(const IpAddress& address) const {
  auto found = addresses_.lower_bound({address, 0, 0});
  return found != addresses_.end() && found->second.prefix.address == address;
}

const InterfaceAddress* Mirror::address_on(const IpAddress& address, uint32_t link_index) const {
  auto found = addresses_.lower_bound({address, link_index, 0});
  if (found == addresses_.end()) return nullptr;
  const InterfaceAddress& entry = found->second;
  return entry.prefix.address == address && entry.link_index == link_index ? &entry : nullptr;
}

const Link* Mirror::network_of(const IpAddress& address) const {
  const Link* best = nullptr;
  int best_length = 0;
  for (const auto& [key, entry] : networks_) {
    const IpPrefix network = entry.network();
    if (!network.contains(address)) continue;
    const Link* candidate = link(entry.link_index);
    if (candidate == nullptr || candidate->is_loopback()) continue;
    const bool better = network.length > best_length ||
                        (network.length == best_length && best != nullptr && candidate->index < best->index);
    if (!better) continue;
    best = candidate;
    best_length = network.length;
  }
  return best;
}

const Link* Mirror::on_link(const IpAddress& address) const {
  const Route* best = nullptr;
  for (const auto& [key, route] : routes_) {
    // A default route makes nothing on-link, not even one without a gateway.
    if (route.destination.length == 0 || !route.destination.contains(address)) continue;
    const bool better = best == nullptr || route.destination.length > best->destination.length ||
                        (route.destination.length == best->destination.length && route.metric < best->metric);
    if (better) best = &route;  // the keys are sorted: of equals the lowest index stays
  }
  if (best != nullptr) return best->has_gateway ? nullptr : link(best->link_index);
  return network_of(address);  // a link that is down has no routes, but still its network
}

std::set<uint32_t> Mirror::default_links(AddressFamily family) const {
  std::set<uint32_t> links;
  for (const auto& [key, route] : routes_) {
    if (route.destination.length == 0 && route.destination.address.family() == family) links.insert(route.link_index);
  }
  return links;
}

const Neighbour* Mirror::neighbour(uint32_t link_index, const IpAddress& address) const {
  auto found = neighbours_.find({link_index, address});
  return found == neighbours_.end() ? nullptr : &found->second;
}

}  // namespace evenkeel::engines::network
