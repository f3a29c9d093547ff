#include <atomic>

#include "engines/l4_xdp/connection_match.h"
#include "engines/l4_xdp/connection_table.h"
#include "engines/l4_xdp/mapped_sets.h"

namespace evenkeel::engines::l4_xdp {
namespace {

constexpr uint64_t kSetsPerPage = 1024;

template <class Record>
struct Seen {
  uint32_t set, tag;
  size_t way;
  Record record;
};

template <class Table>
std::vector<Seen<typename Table::Record>> find_entries(const Slice<Table>& slice, const ConnectionMatch& match,
                                                       uint32_t tick) {
  std::vector<Seen<typename Table::Record>> found;
  slice.visit(tick, [&](const ek_set_header& header, size_t way, const auto& record, uint32_t set) {
    if (record.template_service != 0 && match.find(header, way, record) != nullptr)
      found.push_back({set, header.tag[way], way, record});
  });
  return found;
}

// Killed before this, the data plane looks at one set more than it needs to.
template <class Table>
void count_out_of_rest(const Program& program, uint32_t set, uint32_t tag) {
  const uint32_t front = ek_front_sets(Table::sets(program.identity()));
  if (ek_is_in_front(set, front)) return;
  std::atomic_ref(program.arrays().at<Table::kBeyondFront>(ek_front_set(tag, front))).fetch_sub(1);
}

template <class Table>
Result<uint64_t> clear_slice(const Program& program, const Slice<Table>& slice, const ConnectionMatch& match,
                             uint32_t tick) {
  using Set = typename Table::Set;
  const auto found = find_entries(slice, match, tick);
  if (found.empty()) return 0;
  const auto memory =
      MappedMemory::open(program.map(Table::kMap), slice.first() * sizeof(Set), slice.count() * sizeof(Set));
  if (!memory) return fail(memory.error());
  auto* const sets = reinterpret_cast<Set*>(memory->bytes());
  uint64_t cleared = 0;
  for (const auto& seen : found) {
    if (!release_persistence_entry(sets[seen.set - slice.first()], seen.way, seen.tag, seen.record)) continue;
    count_out_of_rest<Table>(program, seen.set, seen.tag);
    ++cleared;
  }
  return cleared;
}

}  // namespace

Result<observed::ClearedPage> ConnectionTable::clear_persistence(const observed::ConnectionFilter& filter,
                                                                 uint64_t position) const {
  observed::ClearedPage page;
  const ConnectionMatch match(program_, labels_, filter);
  if (match.is_void()) return page;
  const auto now = tick();
  if (!now) return fail(now.error());
  Result<> cleared;
  auto walked = walk_slices(program_, position, kSetsPerPage, [&](const auto& slice) {
    const auto count = clear_slice(program_, slice, match, *now);
    if (!count) cleared = fail(count.error());
    page.cleared += count.value_or(0);
    return count.has_value();
  });
  if (!cleared) return fail(cleared.error());
  if (!walked) return fail(walked.error());
  page.next = *walked;
  return page;
}

}  // namespace evenkeel::engines::l4_xdp
