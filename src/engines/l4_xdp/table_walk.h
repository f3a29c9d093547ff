#pragma once
// Walks the connection tables a slice at a time: the whole is far larger than this process may be. A position counts
// the sets of both tables, IPv4 first. May be used from any thread.

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "engines/l4_xdp/abi_values.h"
#include "engines/l4_xdp/array_map.h"
#include "engines/l4_xdp/program.h"

namespace evenkeel::engines::l4_xdp {

// What the two tables differ in.
struct Table4 {
  using Set = ek_set4;
  using Record = ek_connection4;
  static constexpr const char* kMap = "connections4";
  static constexpr auto kBeyondFront = &ek_arrays::beyond_front4;
  static uint32_t sets(const ek_identity& identity) { return identity.sets4; }
};
struct Table6 {
  using Set = ek_set6;
  using Record = ek_connection6;
  static constexpr const char* kMap = "connections6";
  static constexpr auto kBeyondFront = &ek_arrays::beyond_front6;
  static uint32_t sets(const ek_identity& identity) { return identity.sets6; }
};

inline IpAddress ipv4_address(uint32_t address_be) {
  std::array<uint8_t, 4> bytes;
  std::memcpy(bytes.data(), &address_be, bytes.size());
  return IpAddress::from_ipv4(bytes);
}

inline Endpoint client_of(const ek_connection4& record) {
  return {ipv4_address(record.client_be), ntohs(record.client_port_be)};
}
inline Endpoint client_of(const ek_connection6& record) {
  return {from_abi(record.client), ntohs(record.client_port_be)};
}
inline Endpoint virtual_of(const ek_connection4& record) {
  return {ipv4_address(record.virtual_be), ntohs(record.virtual_port_be)};
}
inline Endpoint virtual_of(const ek_connection6& record) {
  return {from_abi(record.virtual_address), ntohs(record.virtual_port_be)};
}
inline Endpoint source_of(const ek_connection4& record) {
  return {ipv4_address(record.source_be), ntohs(record.translation.source_port_be)};
}
inline Endpoint source_of(const ek_connection6& record) {
  return {from_abi(record.source), ntohs(record.translation.source_port_be)};
}

template <class Record>
bool is_translated_record(const Record& record) {
  return (record.flags & EK_CONNECTION_TRANSLATED) != 0;
}

inline bool is_live(const ek_set_header& header, size_t way, uint32_t tick) {
  return header.tag[way] >= EK_TAG_FIRST && static_cast<int32_t>(header.expires[way] - tick) >= 0;
}

// Sets [first, first + count) of one table, as they were a moment ago.
template <class Table>
class Slice {
 public:
  static constexpr uint32_t kLongest = 64;  // sets

  static Result<Slice> read(const Program& program, uint32_t first, uint32_t count) {
    Slice slice(first, count);
    const ArrayMap map(program.map(Table::kMap), Table::kMap, sizeof(typename Table::Set));
    if (auto read = map.read(first, count, reinterpret_cast<std::byte*>(slice.sets_.data())); !read)
      return fail(read.error());
    return slice;
  }

  // visit(header, way, record, index of the set)
  template <class Visit>
  void visit(uint32_t tick, Visit visit) const {
    for (size_t set = 0; set < sets_.size(); ++set) {
      const auto& header = sets_[set].header;
      for (size_t way = 0; way < EK_SET_WAYS; ++way) {
        if (is_live(header, way, tick)) visit(header, way, sets_[set].connection[way], first_ + uint32_t(set));
      }
    }
  }

  // Expired ones too.
  template <class Visit>
  void visit_all(Visit visit) const {
    for (const auto& set : sets_) {
      for (size_t way = 0; way < EK_SET_WAYS; ++way) {
        if (set.header.tag[way] >= EK_TAG_FIRST) visit(set.connection[way]);
      }
    }
  }

  uint32_t first() const { return first_; }
  uint32_t count() const { return static_cast<uint32_t>(sets_.size()); }

 private:
  Slice(uint32_t first, uint32_t count) : first_(first), sets_(count) {}

  uint32_t first_;
  std::vector<typename Table::Set> sets_;
};

// Slices from `position` on, until `take(slice)` has had enough (false), `most_sets` are read, or the end. Returns
// where to go on; none: the end.
template <class Take>
Result<std::optional<uint64_t>> walk_slices(const Program& program, uint64_t position, uint64_t most_sets, Take take) {
  const ek_identity& identity = program.identity();
  const uint64_t end = uint64_t{identity.sets4} + identity.sets6;
  const uint64_t stop = std::min(end, position + most_sets);
  const auto take_from = [&]<class Table>(Table, uint64_t before, uint32_t sets) -> Result<bool> {
    const auto first = static_cast<uint32_t>(position - before);
    const uint32_t count = std::min(Slice<Table>::kLongest, sets - first);
    auto slice = Slice<Table>::read(program, first, count);
    if (!slice) return fail(slice.error());
    position += count;
    return take(*slice);
  };
  for (bool goes_on = true; goes_on && position < stop;) {
    const auto taken = position < identity.sets4 ? take_from(Table4{}, 0, identity.sets4)
                                                 : take_from(Table6{}, identity.sets4, identity.sets6);
    if (!taken) return fail(taken.error());
    goes_on = *taken;
  }
  return position < end ? std::optional(position) : std::nullopt;
}

}  // namespace evenkeel::engines::l4_xdp
