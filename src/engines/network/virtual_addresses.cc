#include "engines/network/virtual_addresses.h"

#include <fmt/format.h>

#include <algorithm>

namespace evenkeel::engines::network {
namespace {

const Link* place_of_others(const Mirror& mirror, const Ownership& ownership, const IpAddress& address) {
  for (const auto& [index, link] : mirror.links()) {
    const InterfaceAddress* entry = mirror.address_on(address, index);
    if (entry != nullptr && !link.is_loopback() && !ownership.is_ours(*entry, link.name)) return &link;
  }
  return nullptr;
}

}  // namespace

Result<const Link*> place(const Mirror& mirror, const Ownership& ownership, const desired::VirtualAddress& address) {
  if (!address.interface.empty()) {
    const Link* named = mirror.link(address.interface);
    if (named != nullptr) return named;
    return fail(ErrorCode::kNotFound, fmt::format("the load balancer has no interface {}: create it, or give the "
                                                  "virtual service another interface",
                                                  address.interface));
  }
  if (mirror.has_address(address.address)) {
    const Link* others = place_of_others(mirror, ownership, address.address);
    if (others != nullptr) return others;
  }
  const Link* link = mirror.network_of(address.address);
  if (link != nullptr) return link;
  return fail(ErrorCode::kNotFound,
              fmt::format("no interface of the load balancer has a network that contains {}: give the virtual service "
                          "an interface, or an interface an address in that network",
                          address.address.to_string()));
}

const Link* carrier(const Mirror& mirror, const Ownership& ownership, const desired::VirtualAddress& address) {
  if (auto link = place(mirror, ownership, address)) return *link;
  for (const auto& [index, link] : mirror.links()) {
    const InterfaceAddress* entry = mirror.address_on(address.address, index);
    if (entry != nullptr && ownership.is_ours(*entry, link.name)) return &link;
  }
  return nullptr;
}

AddressPlan plan_addresses(const Mirror& mirror, const Ownership& ownership,
                           const std::vector<desired::VirtualAddress>& want) {
  AddressPlan plan;
  for (const auto& address : want) {
    auto link = place(mirror, ownership, address);
    if (!link) {
      const Link* left_on = carrier(mirror, ownership, address);
      plan.refused.push_back({address.address, link.error().message, left_on == nullptr ? "" : left_on->name});
      continue;
    }
    const Placement placement{address.address, (*link)->index};
    plan.wanted.push_back(placement);
    if (mirror.address_on(placement.address, placement.link_index) == nullptr) plan.add.push_back(placement);
  }
  for (auto* list : {&plan.wanted, &plan.add}) {
    std::ranges::sort(*list);
    list->erase(std::ranges::unique(*list).begin(), list->end());
  }
  return plan;
}

std::vector<InterfaceAddress> plan_removals(const Mirror& mirror, const Ownership& ownership,
                                            const std::vector<desired::VirtualAddress>& want, const AddressPlan& plan) {
  std::set<IpAddress> wanted;
  for (const auto& address : want) wanted.insert(address.address);
  std::set<IpAddress> present;
  for (const auto& placement : plan.wanted) {
    if (mirror.address_on(placement.address, placement.link_index) != nullptr) present.insert(placement.address);
  }
  std::vector<InterfaceAddress> removals;
  for (const InterfaceAddress& address : mirror.addresses()) {
    const IpAddress& ip = address.prefix.address;
    if (!is_ours(mirror, ownership, address)) continue;
    if (std::ranges::binary_search(plan.wanted, Placement{ip, address.link_index})) continue;
    if (wanted.contains(ip) && !present.contains(ip)) continue;
    removals.push_back(address);
  }
  return removals;
}

bool is_ours(const Mirror& mirror, const Ownership& ownership, const InterfaceAddress& address) {
  const Link* link = mirror.link(address.link_index);
  return link != nullptr && ownership.is_ours(address, link->name);
}

std::set<OwnedAddress> owned_now(const Mirror& mirror, const Ownership& ownership) {
  std::set<OwnedAddress> owned;
  for (const InterfaceAddress& address : mirror.addresses()) {
    if (!is_ours(mirror, ownership, address)) continue;
    owned.insert({address.prefix.address, mirror.link(address.link_index)->name});
  }
  return owned;
}

}  // namespace evenkeel::engines::network
