#include "engines/network/next_hops.h"

#include <algorithm>
#include <utility>

namespace evenkeel::engines::network {
namespace {

using State = NextHop::State;

NextHop unknown(const IpAddress& address, State state) {
  NextHop hop;
  hop.address = address;
  hop.state = state;
  return hop;
}

// What the interface and the path say: everything but MAC and state.
NextHop by_link(const IpAddress& address, const Link& link, const Link& device, const std::optional<Path>& path) {
  NextHop hop = unknown(address, State::kResolving);
  hop.interface_index = device.index;
  hop.interface = link.name;
  hop.vlan = link.vlan;
  hop.source_mac = link.mac;
  hop.mtu = link.mtu;
  if (!path || path->link_index != link.index) return hop;
  hop.source = path->source;
  if (path->mtu != 0) hop.mtu = std::min(link.mtu, path->mtu);
  return hop;
}

bool is_same_path(const NextHop& one, const NextHop& other) {
  return one.interface_index == other.interface_index && one.interface == other.interface && one.vlan == other.vlan &&
         one.gateway == other.gateway;
}

// The MAC and state after what the neighbour table says. While the kernel asks again, what was known holds: a real
// server is not given up, nor one that had failed trusted, before there is an answer.
void resolve(NextHop& hop, const NextHop& known, const Neighbour* neighbour) {
  if (neighbour != nullptr && neighbour->has_mac()) {
    hop.state = State::kReachable;
    hop.mac = neighbour->mac;
  } else if (neighbour != nullptr && neighbour->has_failed()) {
    hop.state = State::kUnreachable;
  } else if (is_same_path(hop, known)) {
    hop.state = known.state == State::kNoRoute ? State::kResolving : known.state;
    hop.mac = known.mac;
  }
}

std::string refusal_of(const Mirror& mirror, const Link& link) {
  if (link.is_loopback()) return "the real server is reached through the loopback interface: give its own address";
  if (mirror.device_of(link) == nullptr) {
    return "interface " + link.name + " is a VLAN inside a VLAN: use an interface with one VLAN tag at most";
  }
  return "";
}

}  // namespace

std::string refusal_of(const Mirror& mirror, const IpAddress& address, bool is_ours) {
  if (is_ours) {
    return "the real server is the load balancer itself: direct routing needs real servers of their own, give its "
           "address";
  }
  const Link* link = mirror.on_link(address);
  if (link != nullptr) return refusal_of(mirror, *link);
  return address.to_string() +
         " is not on-link: the load balancer must have an interface in the same subnet as the real servers to ensure "
         "the layer 2 connectivity that direct routing needs; add one, or give an address in a subnet that it is in";
}

std::string refusal_of(const Mirror& mirror, const IpAddress& address, bool is_ours, const std::optional<Path>& path) {
  if (is_ours || (path && path->is_local)) return "the real server is the load balancer itself: give its own address";
  const Link* link = path ? mirror.link(path->link_index) : nullptr;
  if (link == nullptr) {
    return "no route leads to " + address.to_string() +
           ": give the load balancer a route to it, or the real server an address that it can reach";
  }
  if (!link->is_loopback() && link->mac.is_zero()) {
    return address.to_string() + " is reached through " + link->name +
           ", which is not an Ethernet interface: give it a route through one that is";
  }
  return refusal_of(mirror, *link);
}

void NextHops::want(const std::vector<IpAddress>& all, const std::vector<IpAddress>& on_link) {
  std::map<IpAddress, Known> wanted;
  for (const auto* list : {&all, &on_link}) {
    for (const IpAddress& address : *list) {
      Known& known = wanted[address];
      // Resolving without an interface is what no evaluation yields: so the first answer is always a change.
      known.hop = unknown(address, State::kResolving);
      if (auto before = hops_.find(address); before != hops_.end()) known = before->second;
      known.is_direct = std::ranges::binary_search(on_link, address);
    }
  }
  hops_ = std::move(wanted);
  by_neighbour_.clear();
  for (const auto& [address, known] : hops_) {
    if (known.neighbour.second != 0) by_neighbour_[known.neighbour].insert(address);
  }
}

std::vector<IpAddress> NextHops::wanted() const {
  std::vector<IpAddress> addresses;
  addresses.reserve(hops_.size());
  for (const auto& [address, known] : hops_) addresses.push_back(address);
  return addresses;
}

NextHops::Outcome NextHops::evaluate_all() {
  Outcome outcome;
  std::set<NeighbourKey> asked;
  for (auto& [address, known] : hops_) evaluate_one(known, asked, outcome);
  return outcome;
}

NextHops::Outcome NextHops::evaluate(const std::vector<IpAddress>& neighbours) {
  std::set<IpAddress> concerned;
  for (const IpAddress& neighbour : neighbours) {
    for (auto found = by_neighbour_.lower_bound({neighbour, 0});
         found != by_neighbour_.end() && found->first.first == neighbour; ++found) {
      concerned.insert(found->second.begin(), found->second.end());
    }
  }
  Outcome outcome;
  std::set<NeighbourKey> asked;
  for (const IpAddress& address : concerned) evaluate_one(hops_.at(address), asked, outcome);
  return outcome;
}

// Which interface and which neighbour: straight there where that is wanted and possible, else as the kernel sends.
NextHop NextHops::route(Known& known) const {
  const IpAddress& address = known.hop.address;
  const std::optional<Path>& path = known.path;
  const bool is_ours = mirror_.has_address(address);
  const Link* direct = refusal_of(mirror_, address, is_ours).empty() ? mirror_.on_link(address) : nullptr;
  const bool is_sent_directly = direct != nullptr && path && !path->gateway && path->link_index == direct->index;
  if (direct != nullptr && (known.is_direct || is_sent_directly)) {
    known.neighbour = {address, direct->index};
    return by_link(address, *direct, *mirror_.device_of(*direct), path);
  }
  known.neighbour = {};
  if (!refusal_of(mirror_, address, is_ours, path).empty()) return unknown(address, State::kNoRoute);
  const Link& link = *mirror_.link(path->link_index);
  known.neighbour = {path->gateway.value_or(address), link.index};
  NextHop hop = by_link(address, link, *mirror_.device_of(link), path);
  hop.on_link = false;
  hop.gateway = path->gateway.value_or(IpAddress{});
  return hop;
}

void NextHops::evaluate_one(Known& known, std::set<NeighbourKey>& asked, Outcome& outcome) {
  const NeighbourKey before = known.neighbour;
  NextHop hop = route(known);
  hang_on(known, before);
  if (const Link* link = mirror_.link(known.neighbour.second); link != nullptr) {
    const Neighbour* neighbour = mirror_.neighbour(link->index, known.neighbour.first);
    resolve(hop, known.hop, link->is_up() ? neighbour : nullptr);
    if (!link->is_up()) {
      hop.state = State::kUnreachable;
      hop.mac = {};
    } else if (neighbour == nullptr || (neighbour->has_failed() && known.hop.state != State::kUnreachable)) {
      // One that has just failed was asked at its old MAC only; this asks everybody.
      if (asked.insert(known.neighbour).second) {
        outcome.requests.push_back(use_neighbour_request(known.neighbour.first, link->index));
      }
    }
  }
  if (hop == known.hop) return;
  known.hop = hop;
  outcome.changed.push_back(hop);
}

// From the neighbour before to the one that it has now.
void NextHops::hang_on(Known& known, const NeighbourKey& before) {
  if (known.neighbour == before) return;
  if (auto left = by_neighbour_.find(before); left != by_neighbour_.end()) {
    left->second.erase(known.hop.address);
    if (left->second.empty()) by_neighbour_.erase(left);
  }
  if (known.neighbour.second != 0) by_neighbour_[known.neighbour].insert(known.hop.address);
}

std::vector<Request> NextHops::confirm_some(unsigned turns) {
  std::vector<Request> requests;
  const size_t count = (by_neighbour_.size() + turns - 1) / turns;
  auto next = by_neighbour_.upper_bound(confirmed_last_);
  for (size_t i = 0; i < count; ++i, ++next) {
    if (next == by_neighbour_.end()) next = by_neighbour_.begin();
    confirmed_last_ = next->first;
    const auto& [address, link_index] = next->first;
    const Link* link = mirror_.link(link_index);
    if (link == nullptr || !link->is_up()) continue;
    const Neighbour* neighbour = mirror_.neighbour(link_index, address);
    if (neighbour == nullptr || neighbour->has_failed()) {
      requests.push_back(use_neighbour_request(address, link_index));
    } else if (neighbour->can_be_probed()) {
      requests.push_back(probe_neighbour_request(*neighbour));
    }
  }
  return requests;
}

std::vector<NextHop> NextHops::all() const {
  std::vector<NextHop> hops;
  hops.reserve(hops_.size());
  for (const auto& [address, known] : hops_) hops.push_back(known.hop);
  return hops;
}

}  // namespace evenkeel::engines::network
