#include "engines/l4_xdp/links.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "engines/l4_xdp/libbpf_options.h"

namespace evenkeel::engines::l4_xdp {
namespace {

// Names in a BPF file system may not hold a dot: no interface names. The prefix remembers whether the driver has
// refused native mode.
constexpr const char* kPrefix = "link_";
constexpr const char* kGenericPrefix = "generic_";

std::string pin_name(uint32_t interface_index, bool can_be_native) {
  return (can_be_native ? kPrefix : kGenericPrefix) + std::to_string(interface_index);
}

// 0: the interface is gone, or this is no XDP link.
uint32_t interface_of(int link) {
  bpf_link_info info{};
  uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(link, &info, &size) != 0 || info.type != BPF_LINK_TYPE_XDP) return 0;
  return info.xdp.ifindex;
}

bool is_generic(uint32_t interface_index) {
  auto options = libbpf_options<bpf_xdp_query_opts>();
  return bpf_xdp_query(static_cast<int>(interface_index), 0, &options) == 0 && options.attach_mode == XDP_ATTACHED_SKB;
}

Fd create_link(int program, uint32_t interface_index, uint32_t mode) {
  auto options = libbpf_options<bpf_link_create_opts>();
  options.flags = mode;
  return Fd(bpf_link_create(program, static_cast<int>(interface_index), BPF_XDP, &options));
}

// In these cases the generic mode would fare no better.
bool is_final(int error) {
  return error == EBUSY || error == EEXIST || error == ENODEV || error == EPERM || error == EACCES;
}

Error attach_error(int error_number, const std::string& name) {
  if (error_number == EBUSY || error_number == EEXIST) {
    return Error{ErrorCode::kConflict,
                 "another XDP program is attached: remove it with \"ip link set dev " + name + " xdp off\"",
                 {},
                 error_number};
  }
  return system_error(error_number, "cannot attach the XDP program");
}

}  // namespace

Result<> Links::adopt() {
  for (const std::string& name : directory_.names()) {
    const bool can_be_native = name.starts_with(kPrefix);
    if (!can_be_native && !name.starts_with(kGenericPrefix)) continue;
    auto fd = directory_.get(name);
    const uint32_t index = fd ? interface_of(fd->get()) : 0;
    if (index == 0 || pin_name(index, can_be_native) != name) {
      if (auto removed = directory_.remove(name); !removed) return removed;
      continue;
    }
    Link link{.fd = std::move(*fd), .problem = {}, .can_be_native = can_be_native};
    if (bpf_link_update(link.fd.get(), program_, nullptr) != 0)
      link.problem = system_error("an older program is still attached, and cannot be replaced").message;
    links_.insert_or_assign(index, std::move(link));
  }
  are_native_ = std::ranges::all_of(links_, [](const auto& entry) { return entry.second.can_be_native; });
  return {};
}

ApplyReport Links::attach(std::span<const L4Engine::Interface> interfaces) {
  ApplyReport report;
  const auto add = [&](const L4Engine::Interface& interface, std::string reason) {
    report.statuses.push_back({"interface/" + interface.name, ObjectStatus::State::kFailed, std::move(reason)});
  };
  drop_dead_links();
  for (const L4Engine::Interface& interface : interfaces) {
    if (links_.contains(interface.index)) continue;
    if (auto created = create(interface); !created) add(interface, created.error().message);
  }
  const L4Engine::Interface* generic_only = find_generic_only(interfaces);
  are_native_ = generic_only == nullptr;
  for (const L4Engine::Interface& interface : interfaces) {
    if (!links_.contains(interface.index)) continue;
    auto brought = bring_into(generic_only == nullptr ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE, interface);
    if (!brought) {
      add(interface, brought.error().message);
      continue;
    }
    const Link& link = links_.at(interface.index);
    if (!link.problem.empty()) {
      add(interface, link.problem);
    } else if (is_generic(interface.index)) {
      report.statuses.push_back(generic_notice(interface, generic_only == nullptr ? interface : *generic_only));
    }
  }
  detach_all_but(interfaces);
  return report;
}

void Links::drop_dead_links() {
  std::erase_if(links_, [this](const auto& entry) {
    const auto& [index, link] = entry;
    if (interface_of(link.fd.get()) == index) return false;
    static_cast<void>(directory_.remove(pin_name(index, link.can_be_native)));  // adopt() drops it at the latest
    return true;
  });
}

Result<> Links::create(const L4Engine::Interface& interface) {
  auto created = create_in(XDP_FLAGS_DRV_MODE, true, interface);
  if (created || is_final(created.error().system_errno)) return created;
  return create_in(XDP_FLAGS_SKB_MODE, false, interface);
}

Result<> Links::create_in(uint32_t mode, bool can_be_native, const L4Engine::Interface& interface) {
  Fd fd = create_link(program_, interface.index, mode);
  if (!fd.is_open()) return fail(attach_error(errno, interface.name));
  if (auto pinned = directory_.replace(fd.get(), pin_name(interface.index, can_be_native)); !pinned) return pinned;
  links_.insert_or_assign(interface.index, Link{.fd = std::move(fd), .problem = {}, .can_be_native = can_be_native});
  return {};
}

const L4Engine::Interface* Links::find_generic_only(std::span<const L4Engine::Interface> interfaces) const {
  const auto found = std::ranges::find_if(interfaces, [this](const L4Engine::Interface& interface) {
    const auto link = links_.find(interface.index);
    return link != links_.end() && !link->second.can_be_native;
  });
  return found == interfaces.end() ? nullptr : &*found;
}

// The kernel has no way to change the mode of a link: for a moment none is attached. That is rare, as it takes an
// interface without native XDP to come or go.
Result<> Links::bring_into(uint32_t mode, const L4Engine::Interface& interface) {
  if (!links_.at(interface.index).can_be_native) return {};
  if (is_generic(interface.index) == (mode == XDP_FLAGS_SKB_MODE)) return {};
  detach(interface.index);
  return mode == XDP_FLAGS_DRV_MODE ? create(interface) : create_in(mode, true, interface);
}

ObjectStatus Links::generic_notice(const L4Engine::Interface& interface,
                                   const L4Engine::Interface& generic_only) const {
  const std::string reason = links_.at(interface.index).can_be_native
                                 ? interface.name + " could do native XDP, but frames go between it and " +
                                       generic_only.name + ", which cannot: use interfaces that can throughout"
                                 : "the driver of " + interface.name +
                                       " cannot do native XDP as it is configured; check its driver, MTU and queues";
  return {"interface/" + interface.name, ObjectStatus::State::kNotice, "generic XDP, about half the speed: " + reason};
}

void Links::detach_all_but(std::span<const L4Engine::Interface> interfaces) {
  std::set<uint32_t> unwanted;
  for (const auto& [index, link] : links_) unwanted.insert(index);
  for (const L4Engine::Interface& interface : interfaces) unwanted.erase(interface.index);
  for (const uint32_t index : unwanted) detach(index);
}

void Links::detach(uint32_t interface_index) {
  const Link& link = links_.at(interface_index);
  static_cast<void>(directory_.remove(pin_name(interface_index, link.can_be_native)));
  bpf_link_detach(link.fd.get());
  links_.erase(interface_index);
}

}  // namespace evenkeel::engines::l4_xdp
