// What became of packets: counters, connections, the reverse index.
#include <bpf/bpf.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "data_plane.h"
#include "map_access.h"
#include "skeleton.h"

namespace evenkeel::packet {
namespace {

template <class Set>
void list_connections(bpf_map* map, uint32_t sets, std::vector<Connection>& list) {
  for (uint32_t index = 0; index < sets; ++index) {
    auto set = lookup<Set>(map, index);
    for (uint32_t way = 0; way < EK_SET_WAYS; ++way) {
      if (set.header.tag[way] < EK_TAG_FIRST) {
        continue;
      }
      const auto& record = set.connection[way];
      list.push_back({static_cast<ek_state>(set.header.state[way]), record.common.real_server, record.common.service,
                      set.header.expires[way], index, way, record.template_service});
    }
  }
}

template <class Set>
void put_all_in_state(bpf_map* map, uint32_t sets, ek_state state) {
  for (uint32_t index = 0; index < sets; ++index) {
    auto set = lookup<Set>(map, index);
    const auto is_used = [](uint32_t tag) { return tag >= EK_TAG_FIRST; };
    if (std::ranges::none_of(set.header.tag, is_used)) continue;
    for (uint32_t way = 0; way < EK_SET_WAYS; ++way) {
      if (is_used(set.header.tag[way])) set.header.state[way] = static_cast<ek_u8>(state);
    }
    update(map, index, set);
  }
}

// Of all CPUs.
std::optional<uint64_t> count_of(bpf_map* map, const void* key) {
  std::vector<uint64_t> values(libbpf_num_possible_cpus());
  if (bpf_map_lookup_elem(bpf_map__fd(map), key, values.data()) != 0) {
    return std::nullopt;
  }
  return std::accumulate(values.begin(), values.end(), uint64_t{0});
}

}  // namespace

uint64_t DataPlane::reason(ek_reason reason) const {
  uint32_t key = reason;
  std::optional<uint64_t> count = count_of(skeleton_->maps.reasons, &key);
  check(count.has_value(), "reasons");
  return *count;
}

uint64_t DataPlane::reason(ek_reason reason, uint32_t service) const {
  const ek_service_reason key = {.service = static_cast<ek_u16>(service),
                                 .reason = static_cast<ek_u16>(reason),
                                 .generation = arrays().services[service].generation};
  return count_of(skeleton_->maps.service_reasons, &key).value_or(0);
}

uint64_t DataPlane::all_service_reasons() const {
  uint64_t sum = 0;
  ek_service_reason key = {};
  const int map = bpf_map__fd(skeleton_->maps.service_reasons);
  for (void* before = nullptr; bpf_map_get_next_key(map, before, &key) == 0; before = &key) {
    sum += count_of(skeleton_->maps.service_reasons, &key).value_or(0);
  }
  return sum;
}

uint64_t DataPlane::all_reasons() const {
  uint64_t sum = 0;
  for (int i = 0; i < EK_REASONS_COUNT; ++i) {
    sum += reason(static_cast<ek_reason>(i));
  }
  return sum;
}

ek_counters DataPlane::counters(uint32_t real_server) const {
  std::vector<ek_counters> values(libbpf_num_possible_cpus());
  check(bpf_map_lookup_elem(bpf_map__fd(skeleton_->maps.real_server_counters), &real_server, values.data()) == 0,
        "counters");
  ek_counters sum = {};
  for (const ek_counters& value : values) {
    sum.packets += value.packets;
    sum.bytes += value.bytes;
    sum.connections += value.connections;
    sum.answer_packets += value.answer_packets;
    sum.answer_bytes += value.answer_bytes;
  }
  return sum;
}

uint32_t DataPlane::reverse_entries(bool ipv6) const {
  uint32_t used = 0;
  for_each_reverse_set(ipv6, [&used](const ek_reverse_set& set) {
    used += static_cast<uint32_t>(std::ranges::count_if(set.entry, [](uint32_t entry) { return entry != 0; }));
  });
  return used;
}

uint32_t DataPlane::beyond_reverse_sets(bool ipv6) const {
  uint32_t count = 0;
  for_each_reverse_set(ipv6, [&count](const ek_reverse_set& set) { count += set.overflowed; });
  return count;
}

void DataPlane::for_each_reverse_set(bool ipv6, const std::function<void(const ek_reverse_set&)>& visit) const {
  bpf_map* map = ipv6 ? skeleton_->maps.reverse6 : skeleton_->maps.reverse4;
  for (uint32_t set = 0; set < ek_reverse_sets(ipv6 ? options_.sets6 : options_.sets4); ++set) {
    visit(lookup<ek_reverse_set>(map, set));
  }
}

ek_real_server_live DataPlane::live(uint32_t real_server) const {
  return arrays().real_server_live[real_server];
}

ek_service_live DataPlane::service_live(uint32_t service) const {
  return arrays().service_live[service];
}

std::vector<Connection> DataPlane::connections(bool ipv6) const {
  std::vector<Connection> list;
  if (ipv6) {
    list_connections<ek_set6>(skeleton_->maps.connections6, options_.sets6, list);
  } else {
    list_connections<ek_set4>(skeleton_->maps.connections4, options_.sets4, list);
  }
  return list;
}

void DataPlane::put_in_state(ek_state state, bool ipv6) const {
  if (ipv6) {
    put_all_in_state<ek_set6>(skeleton_->maps.connections6, options_.sets6, state);
  } else {
    put_all_in_state<ek_set4>(skeleton_->maps.connections4, options_.sets4, state);
  }
}

Bytes DataPlane::table_bytes(bool ipv6) const {
  bpf_map* map = ipv6 ? skeleton_->maps.connections6 : skeleton_->maps.connections4;
  size_t size = ipv6 ? sizeof(ek_set6) : sizeof(ek_set4);
  uint32_t sets = ipv6 ? options_.sets6 : options_.sets4;
  Bytes bytes(size * sets);
  for (uint32_t index = 0; index < sets; ++index) {
    check(bpf_map_lookup_elem(bpf_map__fd(map), &index, bytes.data() + index * size) == 0, "table");
  }
  return bytes;
}

Bytes DataPlane::mac_of(uint32_t real_server) {
  return {0x02, 0x10, 0, 0, static_cast<uint8_t>(real_server >> 8), static_cast<uint8_t>(real_server)};
}

Bytes DataPlane::source_mac() {
  return {0x02, 0x20, 0, 0, 0, 1};
}

}  // namespace evenkeel::packet
