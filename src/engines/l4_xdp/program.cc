#include "engines/l4_xdp/program.h"

#include <bpf/bpf.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engines/l4_xdp/kernel_features.h"
#include "engines/l4_xdp/libbpf_messages.h"
#include "engines/l4_xdp/libbpf_options.h"
#include "engines/l4_xdp/table_sizes.h"

namespace evenkeel::engines::l4_xdp {
namespace {

constexpr const char* kIdentityMap = "identity";
constexpr const char* kStartSweeping = "evenkeel_start_sweeping";

std::string remedy(const PinDirectory& directory) {
  return "; the old data plane goes on as it is. To replace it, and lose the connections that it has, stop evenkeeld, "
         "remove " +
         directory.path() + ", and start evenkeeld again";
}

uint32_t sets_for(uint64_t connections) {
  const uint64_t sets = (connections + EK_SET_WAYS - 1) / EK_SET_WAYS;
  return static_cast<uint32_t>(std::clamp<uint64_t>(sets, 1, UINT32_MAX / 2));
}

Result<ek_identity> new_identity(const Program::Sizes& sizes) {
  ek_identity identity{};
  identity.abi_version = EK_ABI_VERSION;
  const Tick tick = tick_for(jiffy_length());
  identity.tick_shift = tick.shift;
  identity.ticks_per_second_x256 = tick.per_second_times_256;
  identity.sets4 = sets_for(sizes.ipv4);
  identity.sets6 = sets_for(sizes.ipv6);
  if (getrandom(identity.hash_key, sizeof identity.hash_key, 0) != static_cast<ssize_t>(sizeof identity.hash_key))
    return fail(system_error("cannot get random bytes"));
  return identity;
}

// kNotFound: no complete set of maps is pinned.
Result<ek_identity> pinned_identity(const PinDirectory& directory) {
  auto fd = directory.get(kIdentityMap);
  if (!fd) return fail(fd.error());
  bpf_map_info info{};
  uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(fd->get(), &info, &size) != 0)
    return fail(system_error("cannot examine what is pinned", directory.path_of(kIdentityMap)));
  if (info.value_size < sizeof(uint32_t) || info.value_size > 4096 || info.key_size != sizeof(uint32_t))
    return fail(ErrorCode::kUnsupported, "what is pinned in " + directory.path() + " is not ours" + remedy(directory));
  std::vector<std::byte> value(info.value_size);
  const uint32_t key = 0;
  if (bpf_map_lookup_elem(fd->get(), &key, value.data()) != 0)
    return fail(system_error("cannot read what is pinned", directory.path_of(kIdentityMap)));
  ek_identity identity{};
  std::memcpy(&identity, value.data(), std::min(value.size(), sizeof identity));
  if (identity.abi_version != EK_ABI_VERSION || value.size() != sizeof identity) {
    return fail(ErrorCode::kUnsupported, "the maps pinned in " + directory.path() + " are of version " +
                                             std::to_string(identity.abi_version) + ", this program needs version " +
                                             std::to_string(EK_ABI_VERSION) + remedy(directory));
  }
  return identity;
}

Result<Skeleton> open_skeleton(const ek_identity& identity) {
  Skeleton skeleton(evenkeel__open());
  if (!skeleton) return fail(system_error("cannot read the XDP program"));
  skeleton->rodata->tick_factor = ek_tick_factor(identity.tick_shift);
  skeleton->rodata->ticks_per_second_x256 = identity.ticks_per_second_x256;
  std::ranges::copy(identity.hash_key, skeleton->rodata->hash_key);
  set_table_sizes(*skeleton, identity.sets4, identity.sets6);
  return skeleton;
}

Result<> load_skeleton(evenkeel_skeleton& skeleton) {
  const LibbpfMessages messages;
  if (evenkeel__load(&skeleton) == 0) return {};
  Error error = system_error("cannot load the XDP program");
  if (!messages.last().empty()) error.message += " (" + messages.last() + ")";
  return fail(std::move(error));
}

// libbpf knows the section of `arrays` as ".bss", with a part of the program's name before it.
std::string name_of(const bpf_map* map) {
  return bpf_map__is_internal(map) ? "arrays" : bpf_map__name(map);
}

Result<> adopt_map(bpf_map* map, const PinDirectory& directory) {
  const std::string name = name_of(map);
  auto fd = directory.get(name);
  if (!fd) return fd.error().code == ErrorCode::kNotFound ? Result<>{} : fail(fd.error());
  bpf_map_info info{};
  uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(fd->get(), &info, &size) != 0)
    return fail(system_error("cannot examine what is pinned", directory.path_of(name)));
  const bool fits = info.type == bpf_map__type(map) && info.key_size == bpf_map__key_size(map) &&
                    info.value_size == bpf_map__value_size(map) && info.max_entries == bpf_map__max_entries(map);
  if (!fits) {
    return fail(ErrorCode::kUnsupported,
                "the map " + name + " pinned in " + directory.path() + " has another layout" + remedy(directory));
  }
  if (bpf_map__reuse_fd(map, fd->get()) != 0)
    return fail(system_error("cannot use what is pinned", directory.path_of(name)));
  return {};
}

// All that are shared with the next program, and pinned: what belongs to one program alone are its constants.
template <class Do>
Result<> for_each_map(const evenkeel_skeleton& skeleton, const Do& perform) {
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, skeleton.obj) {
    if (bpf_map__is_internal(map) && map != skeleton.maps.bss) continue;
    if (auto done = perform(map); !done) return done;
  }
  return {};
}

Result<> pin_map(bpf_map* map, const PinDirectory& directory) {
  if (directory.has(name_of(map))) return {};
  return directory.pin(bpf_map__fd(map), name_of(map));
}

// The identity comes last: it says that all others are there.
Result<> pin_maps(const evenkeel_skeleton& skeleton, const PinDirectory& directory) {
  auto pinned = for_each_map(skeleton, [&](bpf_map* map) -> Result<> {
    return map == skeleton.maps.identity ? Result<>{} : pin_map(map, directory);
  });
  return pinned ? pin_map(skeleton.maps.identity, directory) : pinned;
}

Result<> write_identity(const evenkeel_skeleton& skeleton, const ek_identity& identity) {
  const uint32_t key = 0;
  if (bpf_map_update_elem(bpf_map__fd(skeleton.maps.identity), &key, &identity, BPF_ANY) != 0)
    return fail(system_error("cannot write the map identity"));
  return {};
}

// Left over from a start that was killed half-way: nothing was forwarding yet.
Result<> remove_remains(const PinDirectory& directory) {
  for (const std::string& name : directory.names()) {
    if (auto removed = directory.remove(name); !removed) return removed;
  }
  return {};
}

}  // namespace

Result<Program> Program::load(const PinDirectory& directory, const Sizes& sizes) {
  auto identity = pinned_identity(directory);
  const bool is_new = !identity && identity.error().code == ErrorCode::kNotFound;
  if (!identity && !is_new) return fail(identity.error());
  if (is_new) {
    if (auto removed = remove_remains(directory); !removed) return fail(removed.error());
    identity = new_identity(sizes);
    if (!identity) return fail(identity.error());
  }
  auto skeleton = open_skeleton(*identity);
  if (!skeleton) return fail(skeleton.error());
  auto adopted = for_each_map(**skeleton, [&](bpf_map* map) { return adopt_map(map, directory); });
  if (!adopted) return fail(adopted.error());
  if (auto loaded = load_skeleton(**skeleton); !loaded) return fail(loaded.error());
  if (is_new) {
    if (auto written = write_identity(**skeleton, *identity); !written) return fail(written.error());
  }
  if (auto pinned = pin_maps(**skeleton, directory); !pinned) return fail(pinned.error());
  auto program = of(std::move(*skeleton), *identity);
  if (!program) return program;
  if (auto pinned = directory.replace(program->xdp(), "evenkeel_xdp"); !pinned) return fail(pinned.error());
  if (auto pinned = directory.replace(program->sweep(), "evenkeel_sweep"); !pinned) return fail(pinned.error());
  return program;
}

Result<Program> Program::of(Skeleton skeleton, const ek_identity& identity) {
  auto arrays = SharedArrays::in_place_of(&skeleton->bss->arrays, bpf_map__fd(skeleton->maps.bss));
  if (!arrays) return fail(arrays.error());
  return Program(std::move(skeleton), std::move(*arrays), identity);
}

Result<Program> Program::load_explaining() const {
  auto skeleton = open_skeleton(identity_);
  if (!skeleton) return fail(skeleton.error());
  (*skeleton)->rodata->explain_mode = 1;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, (*skeleton)->obj) {
    bpf_program__set_autoload(program, program == (*skeleton)->progs.evenkeel_explain);
  }
  auto shared = for_each_map(**skeleton, [this](bpf_map* map) -> Result<> {
    const bpf_map* ours = bpf_object__find_map_by_name(skeleton_->obj, bpf_map__name(map));
    if (bpf_map__reuse_fd(map, bpf_map__fd(ours)) != 0) return fail(system_error("cannot share a map"));
    return {};
  });
  if (!shared) return fail(shared.error());
  if (auto loaded = load_skeleton(**skeleton); !loaded) return fail(loaded.error());
  return of(std::move(*skeleton), identity_);
}

int Program::map(const char* name) const {
  return bpf_object__find_map_fd_by_name(skeleton_->obj, name);
}

TableAccess Program::tables() const {
  const auto& maps = skeleton_->maps;
  return {.arrays = arrays_.get(),
          .service_keys = bpf_map__fd(maps.service_keys),
          .rings = bpf_map__fd(maps.rings),
          .real_server_counters = bpf_map__fd(maps.real_server_counters)};
}

int Program::xdp() const {
  return bpf_program__fd(skeleton_->progs.evenkeel_xdp);
}
int Program::explain() const {
  return bpf_program__fd(skeleton_->progs.evenkeel_explain);
}
int Program::sweep() const {
  return bpf_program__fd(skeleton_->progs.evenkeel_sweep);
}

Result<> Program::start_sweeping() const {
  const bpf_program* program = bpf_object__find_program_by_name(skeleton_->obj, kStartSweeping);
  if (program == nullptr) return {};
  auto options = libbpf_options<bpf_test_run_opts>();
  if (bpf_prog_test_run_opts(bpf_program__fd(program), &options) != 0)
    return fail(system_error("cannot start the data plane's own sweep"));
  return {};
}

}  // namespace evenkeel::engines::l4_xdp
