#include "engines/l4_xdp/hash_map.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <cstdint>
#include <vector>

namespace evenkeel::engines::l4_xdp {
namespace {

constexpr size_t kEntriesPerBatch = 512;

}  // namespace

// A batch holds whole buckets of the hash; its size grows when one has more entries than fit.
Result<> HashMap::visit(const std::function<void(const std::byte* key, const std::byte* value)>& visit) const {
  size_t entries = kEntriesPerBatch;
  std::vector<std::byte> keys(entries * key_size_), values(entries * value_size_);
  uint32_t position = 0;
  bool is_first = true;
  while (true) {
    auto count = static_cast<uint32_t>(entries);
    uint32_t next = 0;
    const int error =
        bpf_map_lookup_batch(fd_, is_first ? nullptr : &position, &next, keys.data(), values.data(), &count, nullptr);
    if (error != 0 && errno == ENOSPC) {
      entries *= 2;
      keys.resize(entries * key_size_);
      values.resize(entries * value_size_);
      continue;
    }
    if (error != 0 && errno != ENOENT) return fail(system_error("cannot read the map " + name_));
    for (size_t index = 0; index < count; ++index)
      visit(keys.data() + index * key_size_, values.data() + index * value_size_);
    if (error != 0) return {};
    position = next;
    is_first = false;
  }
}

Result<> HashMap::erase(const void* key) const {
  if (bpf_map_delete_elem(fd_, key) != 0 && errno != ENOENT) return fail(system_error("cannot write the map " + name_));
  return {};
}

}  // namespace evenkeel::engines::l4_xdp
