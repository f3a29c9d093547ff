#include "engines/l4_xdp/shared_arrays.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace evenkeel::engines::l4_xdp {
namespace {

size_t in_whole_pages(size_t bytes) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

}  // namespace

// The addresses stay reserved: a look at what is not mapped is a fault, not another's memory.
Result<SharedArrays> SharedArrays::in_place_of(ek_arrays* mapped, int map) {
  void* const reserved = mmap(mapped, in_whole_pages(sizeof *mapped), PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  if (reserved == MAP_FAILED) return fail(system_error("cannot reserve memory for the map arrays"));
  return SharedArrays(mapped, map);
}

SharedArrays::SharedArrays(SharedArrays&& other) noexcept
    : start_(std::exchange(other.start_, nullptr)), map_(other.map_), is_mapped_(std::move(other.is_mapped_)) {}

void SharedArrays::need(const void* wanted, size_t size) const {
  const auto offset = static_cast<size_t>(static_cast<const std::byte*>(wanted) - reinterpret_cast<std::byte*>(start_));
  const size_t last = (offset + size - 1) / kChunk;
  for (size_t chunk = offset / kChunk; chunk <= last; ++chunk) {
    if (!is_mapped_[chunk].load(std::memory_order_acquire)) map_chunk(chunk);
  }
}

void SharedArrays::map_chunk(size_t chunk) const {
  const std::scoped_lock lock(mapping_);
  if (is_mapped_[chunk].load(std::memory_order_relaxed)) return;
  const size_t offset = chunk * kChunk, length = std::min(kChunk, in_whole_pages(sizeof *start_) - offset);
  void* const mapped = mmap(reinterpret_cast<std::byte*>(start_) + offset, length, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_FIXED, map_, static_cast<off_t>(offset));
  if (mapped == MAP_FAILED)
    throw std::system_error(errno, std::generic_category(), "cannot map a part of the map arrays");
  is_mapped_[chunk].store(true, std::memory_order_release);
}

}  // namespace evenkeel::engines::l4_xdp
