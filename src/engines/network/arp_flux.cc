#include "engines/network/arp_flux.h"

#include <fmt/format.h>

#include <map>
#include <string>

#include "engines/network/virtual_addresses.h"

namespace evenkeel::engines::network {
std::vector<ObjectStatus> arp_flux_notices(const KernelSettings& settings, const Mirror& mirror,
                                           const Ownership& ownership, const desired::Network& want) {
  std::map<std::string, const Link*> upper_by_device;
  for (const auto& address : want.virtual_addresses) {
    const Link* upper = address.address.is_ipv4() ? carrier(mirror, ownership, address) : nullptr;
    const Link* device = upper != nullptr && upper->is_macvlan ? mirror.link(upper->lower) : nullptr;
    // 0: it answers for addresses of other interfaces too.
    const bool has_flux = device != nullptr && settings.highest_ipv4(device->name, "arp_ignore") == 0;
    if (has_flux) upper_by_device.emplace(device->name, upper);
  }
  std::vector<ObjectStatus> notices;
  for (const auto& [device, upper] : upper_by_device)
    notices.push_back(
        {"network/arp_ignore/" + device, ObjectStatus::State::kNotice,
         fmt::format("{0} answers ARP for the virtual addresses on {1} with its own MAC address, and what "
                     "comes to that one is not balanced: \"sysctl -w net.ipv4.conf.{0}.arp_ignore=1\"",
                     device, upper->name)});
  return notices;
}

}  // namespace evenkeel::engines::network
