#include "engines/l4_xdp/array_map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>

namespace evenkeel::engines::l4_xdp {
namespace {

constexpr size_t kStepBytes = size_t{128} * 1024;

}  // namespace

size_t ArrayMap::possible_cpus() {
  const int cpus = libbpf_num_possible_cpus();
  return cpus > 0 ? static_cast<size_t>(cpus) : 1;
}

size_t ArrayMap::per_cpu_value_size(size_t size) {
  return (size + 7) / 8 * 8 * possible_cpus();
}

Result<> ArrayMap::read(uint32_t first, uint32_t count, std::byte* values) const {
  std::vector<uint32_t> keys(count);
  uint32_t done = 0;
  while (done < count) {
    // A batch continues after the key that it is given.
    uint32_t before = first + done - 1;
    uint32_t next = 0;
    uint32_t step = count - done;
    const int error = bpf_map_lookup_batch(fd_, first + done == 0 ? nullptr : &before, &next, keys.data(),
                                           values + done * value_size_, &step, nullptr);
    done += error == 0 || errno == ENOENT ? step : 0;  // ENOENT: the end of the map
    if (error != 0 && (errno != ENOENT || done < count)) return fail(system_error("cannot read the map " + name_));
  }
  return {};
}

Result<> ArrayMap::write(std::span<const uint32_t> ids, const std::byte* values) const {
  if (ids.size() == 1) {
    if (bpf_map_update_elem(fd_, ids.data(), values, BPF_ANY) != 0)
      return fail(system_error("cannot write the map " + name_));
    return {};
  }
  uint32_t count = static_cast<uint32_t>(ids.size());
  if (bpf_map_update_batch(fd_, ids.data(), values, &count, nullptr) != 0)
    return fail(system_error("cannot write the map " + name_));
  return {};
}

Result<> ArrayMap::visit(uint32_t entries, const std::function<void(uint32_t, const std::byte*)>& visit) const {
  const auto step = static_cast<uint32_t>(std::max<size_t>(1, kStepBytes / value_size_));
  std::vector<std::byte> values(std::min<size_t>(step, entries) * value_size_);
  for (uint32_t first = 0; first < entries; first += step) {
    const uint32_t count = std::min(step, entries - first);
    if (auto done = read(first, count, values.data()); !done) return done;
    for (uint32_t index = 0; index < count; ++index) visit(first + index, values.data() + index * value_size_);
  }
  return {};
}

}  // namespace evenkeel::engines::l4_xdp
