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

constexpr const char* kPrefix = "link_";  // names in a BPF file system may not hold a dot: no interface names

std::string pin_name(uint32_t interface_index) {
  return kPrefix + std::to_string(interface_index);
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

ObjectStatus generic_notice(const std::string& object, const std::string& name) {
  return {object, ObjectStatus::State::kNotice,
          "generic XDP, about half the speed: the driver of " + name +
              " cannot do native XDP as it is configured; check its driver, MTU and queues"};
}

}  // namespace

Result<> Links::adopt() {
  for (const std::string& name : directory_.names()) {
    if (!name.starts_with(kPrefix)) continue;
    auto fd = directory_.get(name);
    const uint32_t index = fd ? interface_of(fd->get()) : 0;
    if (index == 0 || pin_name(index) != name) {
      if (auto removed = directory_.remove(name); !removed) return removed;
      continue;
    }
    Link link{.fd = std::move(*fd), .problem = {}};
    if (bpf_link_update(link.fd.get(), program_, nullptr) != 0)
      link.problem = system_error("an older program is still attached, and cannot be replaced").message;
    links_.insert_or_assign(index, std::move(link));
  }
  return {};
}

ApplyReport Links::attach(std::span<const L4Engine::Interface> interfaces) {
  ApplyReport report;
  drop_dead_links();
  std::set<uint32_t> wanted;
  for (const L4Engine::Interface& interface : interfaces) {
    const std::string object = "interface/" + interface.name;
    wanted.insert(interface.index);
    if (!links_.contains(interface.index)) {
      if (auto created = create(interface); !created) {
        report.statuses.push_back({object, ObjectStatus::State::kFailed, created.error().message});
        continue;
      }
    }
    const Link& link = links_.at(interface.index);
    if (!link.problem.empty())
      report.statuses.push_back({object, ObjectStatus::State::kFailed, link.problem});
    else if (is_generic(interface.index))
      report.statuses.push_back(generic_notice(object, interface.name));
  }
  std::set<uint32_t> unwanted;
  for (const auto& [index, link] : links_) {
    if (!wanted.contains(index)) unwanted.insert(index);
  }
  for (const uint32_t index : unwanted) detach(index);
  return report;
}

void Links::drop_dead_links() {
  std::erase_if(links_, [this](const auto& entry) {
    if (interface_of(entry.second.fd.get()) == entry.first) return false;
    static_cast<void>(directory_.remove(pin_name(entry.first)));  // adopt() drops it at the latest
    return true;
  });
}

Result<> Links::create(const L4Engine::Interface& interface) {
  Fd fd = create_link(program_, interface.index, XDP_FLAGS_DRV_MODE);
  if (!fd.is_open() && !is_final(errno)) fd = create_link(program_, interface.index, XDP_FLAGS_SKB_MODE);
  if (!fd.is_open()) return fail(attach_error(errno, interface.name));
  if (auto pinned = directory_.replace(fd.get(), pin_name(interface.index)); !pinned) return pinned;
  links_.insert_or_assign(interface.index, Link{.fd = std::move(fd), .problem = {}});
  return {};
}

void Links::detach(uint32_t interface_index) {
  static_cast<void>(directory_.remove(pin_name(interface_index)));
  bpf_link_detach(links_.at(interface_index).fd.get());
  links_.erase(interface_index);
}

}  // namespace evenkeel::engines::l4_xdp
