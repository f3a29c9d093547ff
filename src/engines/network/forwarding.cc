#include "engines/network/forwarding.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/state_file.h"
#include "engines/network/virtual_addresses.h"

namespace evenkeel::engines::network {
namespace {

// The general setting, which the kernel copies to every interface, and where those of the interfaces are.
struct Names {
  const char* all;
  const char* interfaces;
};

constexpr Names kIpv4{"net/ipv4/ip_forward", "net/ipv4/conf"};
constexpr Names kIpv6{"net/ipv6/conf/all/forwarding", "net/ipv6/conf"};

const Names& names_of(AddressFamily family) {
  return family == AddressFamily::kIpv4 ? kIpv4 : kIpv6;
}

bool is_of(AddressFamily family, const std::string& name) {
  return name.starts_with(family == AddressFamily::kIpv4 ? "net/ipv4/" : "net/ipv6/");
}

// As sysctl writes it.
std::string dotted(std::string name) {
  std::ranges::replace(name, '/', '.');
  return name;
}

ObjectStatus notice(std::string object, std::string reason) {
  return {std::move(object), ObjectStatus::State::kNotice, std::move(reason)};
}

void add_forwarding(AddressFamily family, const KernelSettings& settings, const desired::Network& want,
                    std::vector<ObjectStatus>& notices) {
  const auto is_wanted = [&](const IpAddress& address) { return address.family() == family; };
  if (std::ranges::none_of(want.gateway_for, is_wanted) || settings.value(names_of(family).all) != 0) return;
  notices.push_back(
      notice("network/" + dotted(names_of(family).all),
             fmt::format("{} is 0: of what real servers send through the load balancer only the answers "
                         "to clients get on; set it to 1, or turn auto_nat on, if they are to reach others",
                         dotted(names_of(family).all))));
}

bool is_strict(const KernelSettings& settings, const std::string& interface) {
  constexpr int kStrict = 1;
  return settings.highest_ipv4(interface, "rp_filter") == kStrict;
}

void add_reverse_path(const Link& link, const KernelSettings& settings, const Mirror& mirror,
                      std::vector<ObjectStatus>& notices) {
  const auto links = mirror.default_links(AddressFamily::kIpv4);
  const bool is_unclear = links.empty() || links.contains(0);  // 0: several next hops
  if (is_unclear || links.contains(link.index) || !is_strict(settings, link.name)) return;
  notices.push_back(
      notice("network/rp_filter/" + link.name,
             fmt::format("net.ipv4.conf.{}.rp_filter is 1 and the default route leaves by another interface: what the "
                         "data plane leaves to the kernel from clients beyond routers is dropped; set it to 2",
                         link.name)));
}

}  // namespace

std::vector<ObjectStatus> forwarding_notices(const KernelSettings& settings, const Mirror& mirror,
                                             const Ownership& ownership, const desired::Network& want) {
  std::vector<ObjectStatus> notices;
  add_forwarding(AddressFamily::kIpv4, settings, want, notices);
  add_forwarding(AddressFamily::kIpv6, settings, want, notices);
  if (want.gateway_for.empty() && want.auto_nat.sources.empty()) return notices;
  std::set<const Link*> carriers;
  for (const auto& address : want.virtual_addresses) {
    if (address.address.is_ipv4()) carriers.insert(carrier(mirror, ownership, address));
  }
  for (const Link* link : carriers) {
    if (link != nullptr) add_reverse_path(*link, settings, mirror, notices);
  }
  return notices;
}

Forwarding::Forwarding(const KernelSettings& settings, const std::string& state_directory)
    : settings_(settings), path_(state_directory + "/forwarding-found") {
  std::istringstream lines(read_state_file(path_));
  for (Found found; lines >> found.name >> found.value;) found_.push_back(found);
}

Result<> Forwarding::turn_on(AddressFamily family) {
  const Names& names = names_of(family);
  const auto before = settings_.value(names.all);
  if (!before) return fail(ErrorCode::kUnsupported, fmt::format("the kernel has no {}", dotted(names.all)));
  if (*before != 0) return {};
  // Somebody has turned it off since: what was found first is what is put back.
  if (std::ranges::none_of(found_, [&](const Found& found) { return found.name == names.all; })) {
    found_.push_back({names.all, *before});
    for (const std::string& interface : settings_.names_below(names.interfaces)) {
      if (interface == "all") continue;
      const std::string name = fmt::format("{}/{}/forwarding", names.interfaces, interface);
      if (const int value = settings_.value(name).value_or(0); value != *before) found_.push_back({name, value});
    }
    if (auto remembered = remember(); !remembered) return remembered;
  }
  return settings_.set(names.all, 1);
}

Result<> Forwarding::restore(AddressFamily family) {
  Result<> result;
  const bool is_ours = settings_.value(names_of(family).all) == 1;
  for (const Found& found : found_) {
    if (!is_of(family, found.name) || !is_ours || !settings_.value(found.name)) continue;
    if (auto set = settings_.set(found.name, found.value); !set) result = set;
  }
  if (!result) return result;
  const bool had_any = std::erase_if(found_, [&](const Found& found) { return is_of(family, found.name); }) > 0;
  return had_any ? remember() : Result<>{};
}

Result<> Forwarding::remember() const {
  std::string text;
  for (const Found& found : found_) text += fmt::format("{} {}\n", found.name, found.value);
  return write_state_file(path_, text);
}

}  // namespace evenkeel::engines::network
