#include "engines/l4_xdp/mapped_sets.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <utility>

namespace evenkeel::engines::l4_xdp {

Result<MappedMemory> MappedMemory::open(int map, size_t offset, size_t size) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t skipped = offset % page;
  const size_t length = (skipped + size + page - 1) / page * page;
  void* const start =
      mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, map, static_cast<off_t>(offset - skipped));
  if (start == MAP_FAILED) return fail(system_error("cannot map the connection table"));
  return MappedMemory(static_cast<std::byte*>(start), length, skipped);
}

MappedMemory::MappedMemory(MappedMemory&& other) noexcept
    : start_(std::exchange(other.start_, nullptr)), length_(other.length_), skipped_(other.skipped_) {}

MappedMemory::~MappedMemory() {
  if (start_ != nullptr) munmap(start_, length_);
}

bool claim_way(ek_set_header& header, size_t way, uint32_t tag) {
  return std::atomic_ref(header.tag[way]).compare_exchange_strong(tag, EK_TAG_BUSY);
}

void publish_way(ek_set_header& header, size_t way, uint32_t tag) {
  std::atomic_ref(header.tag[way]).store(tag);
}

// The states of a set are one word to the data plane, which swaps all of it: so does this.
void forget_state(ek_set_header& header, size_t way) {
  static_assert(offsetof(ek_set_header, state) % sizeof(uint64_t) == 0);
  std::atomic_ref<uint64_t> states(*reinterpret_cast<uint64_t*>(header.state));
  states.fetch_and(~(uint64_t{0xff} << (8 * way)));
}

}  // namespace evenkeel::engines::l4_xdp
