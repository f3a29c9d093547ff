#include "engines/network/address_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engines/network/message.h"

namespace evenkeel::engines::network {
namespace {

ObjectStatus failed(const IpAddress& address, std::string reason) {
  return {"virtual_address/" + address.to_string(), ObjectStatus::State::kFailed, std::move(reason)};
}

// One that is served all the same does not fail: it will not after the machine has started anew.
ObjectStatus status_of(const Misplacement& refused) {
  if (refused.left_on.empty()) return failed(refused.address, refused.reason);
  return {"virtual_address/" + refused.address.to_string(), ObjectStatus::State::kNotice,
          fmt::format("it stays on {}, but {}", refused.left_on, refused.reason)};
}

std::string kernel_refusal(const char* verb, const std::string& interface, int error_number) {
  return fmt::format("the kernel refused to {} it on {}: {}", verb, interface, std::strerror(error_number));
}

}  // namespace

std::vector<ObjectStatus> AddressKeeper::arrange() {
  std::vector<ObjectStatus> statuses;
  const AddressPlan plan = plan_addresses(mirror_, ownership_, want_);
  statuses.reserve(plan.refused.size());
  for (const auto& refused : plan.refused) statuses.push_back(status_of(refused));
  auto owned = owned_now(mirror_, ownership_);
  for (const auto& placement : plan.add) owned.insert({placement.address, mirror_.link(placement.link_index)->name});
  remember(owned, statuses);
  add_addresses(plan.add, statuses);
  remove_addresses(plan_removals(mirror_, ownership_, want_, plan), statuses);
  remember(owned_now(mirror_, ownership_), statuses);
  return statuses;
}

void AddressKeeper::add_addresses(const std::vector<Placement>& add, std::vector<ObjectStatus>& statuses) {
  std::vector<Request> requests;
  requests.reserve(add.size());
  for (const auto& placement : add) requests.push_back(add_address_request(placement.address, placement.link_index));
  auto errors = requests_.execute(requests);
  for (size_t i = 0; i < add.size(); ++i) {
    const Link& link = *mirror_.link(add[i].link_index);
    const int error = errors ? (*errors)[i] : errors.error().system_errno;
    if (!errors || (error != 0 && error != EEXIST)) {
      statuses.push_back(failed(add[i].address, kernel_refusal("add", link.name, error)));
      continue;
    }
    if (error == EEXIST) continue;  // somebody was faster: the event tells who
    const IpAddress& address = add[i].address;
    mirror_.apply({.what = InterfaceAddress{link.index, {address, address.bits()}, address, kAddressProtocol}});
    announcer_->announce(address, link.index, link.mac);
  }
}

void AddressKeeper::remove_addresses(const std::vector<InterfaceAddress>& remove, std::vector<ObjectStatus>& statuses) {
  std::vector<Request> requests;
  requests.reserve(remove.size());
  for (const auto& address : remove) requests.push_back(remove_address_request(address));
  auto errors = requests_.execute(requests);
  for (size_t i = 0; i < remove.size(); ++i) {
    const IpAddress& address = remove[i].prefix.address;
    const int error = errors ? (*errors)[i] : errors.error().system_errno;
    const bool is_gone = errors && (error == 0 || error == EADDRNOTAVAIL || error == ENODEV);
    if (!is_gone) {
      const std::string& name = mirror_.link(remove[i].link_index)->name;
      statuses.push_back(failed(address, kernel_refusal("remove", name, error)));
      continue;
    }
    announcer_->forget(address, remove[i].link_index);
    mirror_.apply({.kind = Change::Kind::kRemoved, .what = remove[i]});
  }
}

void AddressKeeper::remember(std::set<OwnedAddress> owned, std::vector<ObjectStatus>& statuses) {
  auto remembered = ownership_.remember(std::move(owned));
  if (remembered) return;
  const std::string reason = "cannot remember which virtual addresses are ours: " + to_string(remembered.error());
  const ObjectStatus notice{"network/state_directory", ObjectStatus::State::kNotice, reason};
  if (std::ranges::find(statuses, notice) == statuses.end()) statuses.push_back(notice);
}

void AddressKeeper::announce_on(uint32_t link_index) {
  const Link* link = mirror_.link(link_index);
  if (link == nullptr) return;
  for (const auto& address : want_) {
    const InterfaceAddress* entry = mirror_.address_on(address.address, link_index);
    if (entry == nullptr || !ownership_.is_ours(*entry, link->name)) continue;
    announcer_->announce(address.address, link_index, link->mac);
  }
}

}  // namespace evenkeel::engines::network
