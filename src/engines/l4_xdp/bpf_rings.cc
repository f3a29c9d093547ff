// The part of BpfTables that deals with maps inside a map: each ring is a map of its own, filled before it is put in
// place.
#include <bpf/bpf.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <numeric>

#include "base/fd.h"
#include "engines/l4_xdp/bpf_tables.h"
#include "engines/l4_xdp/libbpf_options.h"

namespace evenkeel::engines::l4_xdp {
namespace {

constexpr size_t kRingsPerBatch = 64;  // open at the same time

// Replacing a map inside a map makes the kernel wait for all programs, 10 ms and more. So a ring has room for what a
// change of weights needs, and is then overwritten: 1,024 entries, or a power of two of blocks.
constexpr uint32_t kFewestBlocks = 16;

uint32_t blocks_of(size_t length) {
  return static_cast<uint32_t>((length + EK_RING_BLOCK - 1) / EK_RING_BLOCK);
}

// The room behind the ring repeats it: whoever still uses an older, greater length gets a real server all the same.
std::vector<ek_ring_block> to_blocks(std::span<const uint16_t> ring) {
  std::vector<ek_ring_block> blocks(std::max(kFewestBlocks, std::bit_ceil(blocks_of(ring.size()))));
  for (size_t entry = 0; entry < blocks.size() * EK_RING_BLOCK; ++entry)
    blocks[entry / EK_RING_BLOCK].real_server[entry % EK_RING_BLOCK] = ring[entry % ring.size()];
  return blocks;
}

// Like the blocks it repeats a ring that is shorter.
ek_ring_block head_of(std::span<const uint16_t> ring) {
  ek_ring_block head{};
  for (size_t entry = 0; entry < EK_RING_BLOCK; ++entry) head.real_server[entry] = ring[entry % ring.size()];
  return head;
}

Result<> write_blocks(int ring, const std::vector<ek_ring_block>& blocks) {
  std::vector<uint32_t> indexes(blocks.size());
  std::iota(indexes.begin(), indexes.end(), 0U);
  return ArrayMap(ring, "ring", sizeof(ek_ring_block))
      .write(indexes, reinterpret_cast<const std::byte*>(blocks.data()));
}

uint32_t entries_of(int map) {  // 0: cannot be told
  bpf_map_info info{};
  uint32_t size = sizeof info;
  return bpf_obj_get_info_by_fd(map, &info, &size) == 0 ? info.max_entries : 0;
}

Result<Fd> make_ring(const std::vector<ek_ring_block>& blocks) {
  auto options = libbpf_options<bpf_map_create_opts>();
  options.map_flags = BPF_F_INNER_MAP;
  const auto count = static_cast<uint32_t>(blocks.size());
  Fd fd(bpf_map_create(BPF_MAP_TYPE_ARRAY, "ring", sizeof(uint32_t), sizeof(ek_ring_block), count, &options));
  if (!fd.is_open()) return fail(system_error("cannot create a scheduling ring"));
  if (auto written = write_blocks(fd.get(), blocks); !written) return fail(written.error());
  return fd;
}

}  // namespace

Result<std::vector<uint16_t>> BpfTables::read_ring(uint32_t service, uint32_t length) const {
  if (length == 0) return {};
  uint32_t id = 0;
  if (bpf_map_lookup_elem(rings_, &service, &id) != 0) {
    if (errno == ENOENT) return {};
    return fail(system_error("cannot read the map rings"));
  }
  const Fd fd(bpf_map_get_fd_by_id(id));
  if (!fd.is_open()) return fail(system_error("cannot open a scheduling ring"));
  std::vector<ek_ring_block> blocks(std::min(entries_of(fd.get()), blocks_of(length)));
  const ArrayMap map(fd.get(), "ring", sizeof(ek_ring_block));
  if (auto read = map.read(0, static_cast<uint32_t>(blocks.size()), reinterpret_cast<std::byte*>(blocks.data())); !read)
    return fail(read.error());
  std::vector<uint16_t> ring;
  for (const ek_ring_block& block : blocks)
    ring.insert(ring.end(), block.real_server, block.real_server + EK_RING_BLOCK);
  ring.resize(std::min<size_t>(ring.size(), length));
  return ring;
}

Result<> BpfTables::write_rings(std::span<const RingEntry> entries) {
  for (size_t first = 0; first < entries.size(); first += kRingsPerBatch) {
    if (auto written = write_some_rings(entries.subspan(first, std::min(kRingsPerBatch, entries.size() - first)));
        !written)
      return written;
  }
  return {};
}

Result<> BpfTables::write_some_rings(std::span<const RingEntry> entries) {
  write_ring_heads(entries);
  std::vector<uint32_t> services;
  std::vector<Fd> rings;
  std::vector<int> descriptors;
  for (const RingEntry& entry : entries) {
    if (entry.ring.empty()) {
      if (auto erased = erase_ring(entry.service); !erased) return erased;
      continue;
    }
    const std::vector<ek_ring_block> blocks = to_blocks(entry.ring);
    if (overwrite_ring(entry.service, blocks)) continue;
    auto ring = make_ring(blocks);
    if (!ring) return fail(ring.error());
    services.push_back(entry.service);
    descriptors.push_back(ring->get());
    rings.push_back(std::move(*ring));
  }
  if (services.empty()) return {};
  return ArrayMap(rings_, "rings", sizeof(int)).write(services, reinterpret_cast<const std::byte*>(descriptors.data()));
}

// The first block once more, where the data plane reads it without a look-up in a map inside a map. Before the ring
// itself: that is what a restart compares, so whoever was killed in between writes both again.
void BpfTables::write_ring_heads(std::span<const RingEntry> entries) {
  for (const RingEntry& entry : entries)
    arrays_.at<&ek_arrays::ring_heads>(entry.service) = entry.ring.empty() ? ek_ring_block{} : head_of(entry.ring);
}

// While it lasts the data plane may meet parts of both rings. Both hold only real servers that are there.
bool BpfTables::overwrite_ring(uint32_t service, const std::vector<ek_ring_block>& blocks) {
  uint32_t id = 0;
  if (bpf_map_lookup_elem(rings_, &service, &id) != 0) return false;
  const Fd fd(bpf_map_get_fd_by_id(id));
  return fd.is_open() && entries_of(fd.get()) == blocks.size() && write_blocks(fd.get(), blocks).has_value();
}

Result<> BpfTables::erase_ring(uint32_t service) {
  if (bpf_map_delete_elem(rings_, &service) != 0 && errno != ENOENT)
    return fail(system_error("cannot remove from the map rings"));
  return {};
}

}  // namespace evenkeel::engines::l4_xdp
