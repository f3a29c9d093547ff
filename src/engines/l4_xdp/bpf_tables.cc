#include "engines/l4_xdp/bpf_tables.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <cstring>

#include "base/fd.h"
#include "engines/l4_xdp/abi_values.h"

namespace evenkeel::engines::l4_xdp {
namespace {

constexpr uint32_t kKeysPerBatch = 512;

template <class Entry, class Record>
Result<> write_entries(const ArrayMap& map, std::span<const Entry> entries, Record Entry::* record) {
  if (entries.empty()) return {};
  std::vector<uint32_t> ids;
  std::vector<Record> records;
  for (const Entry& entry : entries) {
    ids.push_back(entry.id);
    records.push_back(entry.*record);
  }
  return map.write(ids, reinterpret_cast<const std::byte*>(records.data()));
}

Result<> write_zeros(const ArrayMap& map, std::span<const uint32_t> ids) {
  if (ids.empty()) return {};
  const std::vector<std::byte> zeros(ids.size() * map.value_size());
  return map.write(ids, zeros.data());
}

template <class Entry, class Record>
Result<> visit_used(const ArrayMap& map, uint32_t entries, Record Entry::* record,
                    const std::function<void(const Entry&)>& visit) {
  const Record zero{};
  return map.visit(entries, [&](uint32_t id, const std::byte* value) {
    Entry entry{.id = id};
    std::memcpy(&(entry.*record), value, sizeof(Record));
    if (id != 0 && !same_bytes(entry.*record, zero)) visit(entry);
  });
}

}  // namespace

BpfTables::BpfTables(const TableDescriptors& descriptors)
    : service_keys_(descriptors.service_keys),
      rings_(descriptors.rings),
      services_(descriptors.services, "services", sizeof(ek_service)),
      service_live_(descriptors.service_live, "service_live", sizeof(ek_service_live)),
      ring_heads_(descriptors.ring_heads, "ring_heads", sizeof(ek_ring_block)),
      real_servers_(descriptors.real_servers, "real_servers", sizeof(ek_real_server)),
      real_server_live_(descriptors.real_server_live, "real_server_live", sizeof(ek_real_server_live)),
      real_server_counters_(descriptors.real_server_counters, "real_server_counters",
                            ArrayMap::per_cpu_value_size(sizeof(ek_counters))) {}

Result<> BpfTables::visit_real_servers(const std::function<void(const RealServerEntry&)>& visit) const {
  return visit_used(real_servers_, EK_MAX_REAL_SERVERS + 1, &RealServerEntry::record, visit);
}

Result<> BpfTables::visit_services(const std::function<void(const ServiceEntry&)>& visit) const {
  return visit_used(services_, EK_MAX_SERVICES, &ServiceEntry::record, visit);
}

Result<> BpfTables::visit_keys(const std::function<void(const KeyEntry&)>& visit) const {
  // A batch holds whole buckets of the hash; its size grows when one has more keys than fit.
  std::vector<ek_service_key> keys(kKeysPerBatch);
  std::vector<ek_service_value> values(kKeysPerBatch);
  uint32_t position = 0;
  bool is_first = true;
  while (true) {
    auto count = static_cast<uint32_t>(keys.size());
    uint32_t next = 0;
    const int error = bpf_map_lookup_batch(service_keys_, is_first ? nullptr : &position, &next, keys.data(),
                                           values.data(), &count, nullptr);
    if (error != 0 && errno == ENOSPC) {
      keys.resize(keys.size() * 2);
      values.resize(keys.size());
      continue;
    }
    if (error != 0 && errno != ENOENT) return fail(system_error("cannot read the map service_keys"));
    for (uint32_t index = 0; index < count; ++index) visit({.key = keys[index], .value = values[index]});
    if (error != 0) return {};
    position = next;
    is_first = false;
  }
}

Result<std::vector<Totals>> BpfTables::read_totals(std::span<const uint32_t> real_servers) const {
  constexpr size_t kLongestRun = 256;
  std::vector<Totals> totals;
  totals.reserve(real_servers.size());
  std::vector<std::byte> counters(kLongestRun * real_server_counters_.value_size());
  std::vector<ek_real_server_live> live(kLongestRun);
  for (size_t start = 0; start < real_servers.size();) {
    // Ids are handed out in sequence: most of them form runs that one call can read.
    const uint32_t first = real_servers[start];
    uint32_t run = 1;
    while (run < kLongestRun && start + run < real_servers.size() && real_servers[start + run] == first + run) ++run;
    if (auto read = real_server_counters_.read(first, run, counters.data()); !read) return fail(read.error());
    if (auto read = real_server_live_.read(first, run, reinterpret_cast<std::byte*>(live.data())); !read)
      return fail(read.error());
    for (uint32_t index = 0; index < run; ++index) {
      Totals& sum = totals.emplace_back();
      sum.active = live[index].active;
      sum.inactive = live[index].inactive;
      for (size_t cpu = 0; cpu < ArrayMap::possible_cpus(); ++cpu) {
        ek_counters value;
        std::memcpy(&value, counters.data() + index * real_server_counters_.value_size() + cpu * sizeof value,
                    sizeof value);
        sum.packets += value.packets;
        sum.bytes += value.bytes;
        sum.connections += value.connections;
      }
    }
    start += run;
  }
  return totals;
}

Result<> BpfTables::write_real_servers(std::span<const RealServerEntry> entries) {
  return write_entries(real_servers_, entries, &RealServerEntry::record);
}

Result<> BpfTables::reset_real_servers(std::span<const uint32_t> ids) {
  if (auto reset = write_zeros(real_server_live_, ids); !reset) return reset;
  return write_zeros(real_server_counters_, ids);
}

Result<> BpfTables::write_services(std::span<const ServiceEntry> entries) {
  return write_entries(services_, entries, &ServiceEntry::record);
}

Result<> BpfTables::reset_services(std::span<const uint32_t> ids) {
  return write_zeros(service_live_, ids);
}

Result<> BpfTables::write_keys(std::span<const KeyEntry> entries) {
  if (entries.empty()) return {};
  std::vector<ek_service_key> keys;
  std::vector<ek_service_value> values;
  for (const KeyEntry& entry : entries) {
    keys.push_back(entry.key);
    values.push_back(entry.value);
  }
  auto count = static_cast<uint32_t>(keys.size());
  if (bpf_map_update_batch(service_keys_, keys.data(), values.data(), &count, nullptr) != 0)
    return fail(system_error("cannot write the map service_keys"));
  return {};
}

Result<> BpfTables::erase_keys(std::span<const ek_service_key> keys) {
  for (const ek_service_key& key : keys) {
    if (bpf_map_delete_elem(service_keys_, &key) != 0 && errno != ENOENT)
      return fail(system_error("cannot remove from the map service_keys"));
  }
  return {};
}

}  // namespace evenkeel::engines::l4_xdp
