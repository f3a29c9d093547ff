#pragma once
// The map `arrays` (bpf/maps.h) in memory that is shared with the data plane. A map is mapped page by page at once,
// used or not: all of it would be 16 MB resident in a process that mostly needs a few hundred bytes. So only what is
// asked for is mapped, with what is around it.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "bpf/abi.h"

namespace evenkeel::engines::l4_xdp {

class SharedArrays {
 public:
  // In place of `mapped`, which is the whole map, mapped by whoever loaded it and unmapped by him.
  static Result<SharedArrays> in_place_of(ek_arrays* mapped, int map);
  SharedArrays(SharedArrays&& other) noexcept;
  SharedArrays(const SharedArrays&) = delete;
  SharedArrays& operator=(const SharedArrays&) = delete;
  ~SharedArrays() = default;

  // A slot of one of the arrays; `id` is below its length. Stays valid. Any thread; throws std::system_error when the
  // kernel has no memory for a mapping.
  template <auto kArray>
  auto& at(uint32_t id) const {
    auto& slot = (start_->*kArray)[id];
    need(&slot, sizeof slot);
    return slot;
  }
  template <auto kMember>
  auto& all() const {
    auto& member = start_->*kMember;
    need(&member, sizeof member);
    return member;
  }

  int map() const { return map_; }

 private:
  static constexpr size_t kChunk = 16 * 1024;
  static constexpr size_t kChunks = (sizeof(ek_arrays) + kChunk - 1) / kChunk;

  SharedArrays(ek_arrays* start, int map) : start_(start), map_(map), is_mapped_(kChunks) {}
  void need(const void* wanted, size_t size) const;
  void map_chunk(size_t chunk) const;

  ek_arrays* start_;
  int map_;
  mutable std::vector<std::atomic<bool>> is_mapped_;
  mutable std::mutex mapping_;
};

}  // namespace evenkeel::engines::l4_xdp
