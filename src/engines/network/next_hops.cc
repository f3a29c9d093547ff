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

// Everything but the real server's own MAC and state.
NextHop path_to(const IpAddress& address, const Link& link, const Link& device) {
  NextHop hop = unknown(address, State::kResolving);
  hop.interface_index = device.index;
  hop.interface = link.name;
  hop.vlan = link.vlan;
  hop.source_mac = link.mac;
  hop.mtu = link.mtu;
  return hop;
}

bool is_same_path(const NextHop& one, const NextHop& other) {
  return one.interface_index == other.interface_index && one.interface == other.interface && one.vlan == other.vlan;
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
    hop.state = known.state == State::kNotOnLink ? State::kResolving : known.state;
    hop.mac = known.mac;
  }
}

}  // namespace

std::string refusal_of(const Mirror& mirror, const IpAddress& address, bool is_ours) {
  if (is_ours) {
    return "the real server is the load balancer itself: direct routing needs real servers of their own, give its "
           "address";
  }
  const Link* link = mirror.on_link(address);
  if (link == nullptr) {
    return address.to_string() +
           " is not on-link: the load balancer must have an interface in the same subnet as the real servers to ensure "
           "the layer 2 connectivity that direct routing needs; add one, or give an address in a subnet that it is in";
  }
  if (link->is_loopback()) return "the real server is reached through the loopback interface: give its own address";
  if (mirror.device_of(*link) == nullptr) {
    return "interface " + link->name + " is a VLAN inside a VLAN: use an interface with one VLAN tag at most";
  }
  return "";
}

void NextHops::want(const std::vector<IpAddress>& addresses) {
  std::map<IpAddress, NextHop> wanted;
  for (const IpAddress& address : addresses) {
    auto known = hops_.find(address);
    // Resolving without an interface is what no evaluation yields: so the first answer is always a change.
    wanted.emplace(address, known != hops_.end() ? known->second : unknown(address, State::kResolving));
  }
  hops_ = std::move(wanted);
}

NextHops::Outcome NextHops::evaluate_all() {
  Outcome outcome;
  for (auto& [address, hop] : hops_) evaluate_one(hop, outcome);
  return outcome;
}

NextHops::Outcome NextHops::evaluate(const std::vector<IpAddress>& addresses) {
  Outcome outcome;
  for (const IpAddress& address : addresses) {
    auto found = hops_.find(address);
    if (found != hops_.end()) evaluate_one(found->second, outcome);
  }
  return outcome;
}

void NextHops::evaluate_one(NextHop& known, Outcome& outcome) const {
  NextHop hop = unknown(known.address, State::kNotOnLink);
  if (refusal_of(mirror_, known.address, mirror_.has_address(known.address)).empty()) {
    const Link& link = *mirror_.on_link(known.address);
    const Neighbour* neighbour = mirror_.neighbour(link.index, known.address);
    hop = path_to(known.address, link, *mirror_.device_of(link));
    resolve(hop, known, link.is_up() ? neighbour : nullptr);
    if (!link.is_up()) {
      hop.state = State::kUnreachable;
      hop.mac = {};
    } else if (neighbour == nullptr || (neighbour->has_failed() && known.state != State::kUnreachable)) {
      // One that has just failed was asked at its old MAC only; this asks everybody.
      outcome.requests.push_back(use_neighbour_request(hop.address, link.index));
    }
  }
  if (hop == known) return;
  known = hop;
  outcome.changed.push_back(hop);
}

std::vector<Request> NextHops::confirm_some(int turns) {
  std::vector<Request> requests;
  const size_t count = (hops_.size() + static_cast<size_t>(turns) - 1) / static_cast<size_t>(turns);
  auto next = hops_.upper_bound(confirmed_last_);
  for (size_t i = 0; i < count; ++i, ++next) {
    if (next == hops_.end()) next = hops_.begin();
    confirmed_last_ = next->first;
    const Link* link = mirror_.on_link(next->first);
    if (next->second.state == State::kNotOnLink || link == nullptr || !link->is_up()) continue;
    const Neighbour* neighbour = mirror_.neighbour(link->index, next->first);
    if (neighbour == nullptr || neighbour->has_failed()) {
      requests.push_back(use_neighbour_request(next->first, link->index));
    } else if (neighbour->can_be_probed()) {
      requests.push_back(probe_neighbour_request(*neighbour));
    }
  }
  return requests;
}

std::vector<NextHop> NextHops::all() const {
  std::vector<NextHop> hops;
  hops.reserve(hops_.size());
  for (const auto& [address, hop] : hops_) hops.push_back(hop);
  return hops;
}

}  // namespace evenkeel::engines::network
