#pragma once
// Some sets of a connection table in memory that is shared with the data plane, and the one thing that is done to them
// from here: releasing a persistence entry, by the same compare-and-swap as the data plane's own
// (bpf/connection_release.h).

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "engines/l4_xdp/table_walk.h"

namespace evenkeel::engines::l4_xdp {

class MappedMemory {
 public:
  // Bytes [offset, offset + size) of a map that allows it.
  static Result<MappedMemory> open(int map, size_t offset, size_t size);
  ~MappedMemory();
  MappedMemory(MappedMemory&& other) noexcept;
  MappedMemory(const MappedMemory&) = delete;
  MappedMemory& operator=(const MappedMemory&) = delete;

  std::byte* bytes() const { return start_ + skipped_; }

 private:
  MappedMemory(std::byte* start, size_t length, size_t skipped) : start_(start), length_(length), skipped_(skipped) {}

  std::byte* start_;
  size_t length_, skipped_;  // whole pages are mapped: what was wanted begins later
};

// Makes the way the caller's if it still has this tag; false: somebody was faster.
bool claim_way(ek_set_header& header, size_t way, uint32_t tag);
// Gives a claimed way back, as what it was or (EK_TAG_FREE) empty.
void publish_way(ek_set_header& header, size_t way, uint32_t tag);
void forget_state(ek_set_header& header, size_t way);

// True when the entry that was seen there is gone by this call. Persistence entries are in no count and in no index:
// nothing else needs to be undone. Between seeing and claiming, the way may have come to hold something else under the
// same tag; that is left as it is.
template <class Set, class Record>
bool release_persistence_entry(Set& set, size_t way, uint32_t tag, const Record& seen) {
  if (!claim_way(set.header, way, tag)) return false;
  const Record& now = set.connection[way];
  const bool is_same = now.template_service == seen.template_service && client_of(now) == client_of(seen);
  if (is_same) forget_state(set.header, way);
  publish_way(set.header, way, is_same ? EK_TAG_FREE : tag);
  return is_same;
}

}  // namespace evenkeel::engines::l4_xdp
