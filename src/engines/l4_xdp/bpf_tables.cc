#include "engines/l4_xdp/bpf_tables.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <cstring>

#include "base/fd.h"
#include "engines/l4_xdp/abi_values.h"
#include "engines/l4_xdp/hash_map.h"
#include "engines/l4_xdp/mapped_sets.h"

namespace evenkeel::engines::l4_xdp {
namespace {

Result<> write_zeros(const ArrayMap& map, std::span<const uint32_t> ids) {
  if (ids.empty()) return {};
  const std::vector<std::byte> zeros(ids.size() * map.value_size());
  return map.write(ids, zeros.data());
}

// Those that are all zero were never used; 0 is nobody's. All are looked at, in a mapping that lasts no longer.
template <class Entry, class Record, size_t kCount>
Result<> visit_used(int map, Record (ek_arrays::*array)[kCount], const std::function<void(const Entry&)>& visit) {
  const ek_arrays* const nowhere = nullptr;
  const auto offset = reinterpret_cast<size_t>(&(nowhere->*array));
  const auto memory = MappedMemory::open(map, offset, sizeof(Record[kCount]));
  if (!memory) return fail(memory.error());
  const auto* const records = reinterpret_cast<const Record*>(memory->bytes());
  const Record zero{};
  for (uint32_t id = 1; id < kCount; ++id) {
    const Entry entry{.id = id, .record = records[id]};
    if (!same_bytes(entry.record, zero)) visit(entry);
  }
  return {};
}

void add_to(std::span<ek_u32> translated, const ek_address& address) {
  const uint32_t word = folded(address);
  ek_u32& entry = translated[ek_translated_place(word)];
  entry = ek_translated_entry(entry, word);
}

}  // namespace

BpfTables::BpfTables(const TableAccess& access)
    : arrays_(*access.arrays),
      hints_(*access.arrays),
      service_keys_(access.service_keys),
      rings_(access.rings),
      real_server_counters_(access.real_server_counters, "real_server_counters",
                            ArrayMap::per_cpu_value_size(sizeof(ek_counters))) {}

Result<> BpfTables::visit_real_servers(const std::function<void(const RealServerEntry&)>& visit) const {
  return visit_used(arrays_.map(), &ek_arrays::real_servers, visit);
}

Result<> BpfTables::visit_services(const std::function<void(const ServiceEntry&)>& visit) const {
  return visit_used(arrays_.map(), &ek_arrays::services, visit);
}

Result<> BpfTables::visit_keys(const std::function<void(const KeyEntry&)>& visit) const {
  const HashMap map(service_keys_, "service_keys", sizeof(ek_service_key), sizeof(ek_service_value));
  return map.visit([&visit](const std::byte* key, const std::byte* value) {
    KeyEntry entry;
    std::memcpy(&entry.key, key, sizeof entry.key);
    std::memcpy(&entry.value, value, sizeof entry.value);
    visit(entry);
  });
}

Result<std::vector<Totals>> BpfTables::read_totals(std::span<const uint32_t> real_servers) const {
  constexpr size_t kLongestRun = 256;
  std::vector<Totals> totals;
  totals.reserve(real_servers.size());
  std::vector<std::byte> counters(kLongestRun * real_server_counters_.value_size());
  for (size_t start = 0; start < real_servers.size();) {
    // Ids are handed out in sequence: most of them form runs that one call can read.
    const uint32_t first = real_servers[start];
    uint32_t run = 1;
    while (run < kLongestRun && start + run < real_servers.size() && real_servers[start + run] == first + run) ++run;
    if (auto read = real_server_counters_.read(first, run, counters.data()); !read) return fail(read.error());
    for (uint32_t index = 0; index < run; ++index) {
      Totals& sum = totals.emplace_back();
      sum.active = arrays_.at<&ek_arrays::real_server_live>(first + index).active;
      sum.inactive = arrays_.at<&ek_arrays::real_server_live>(first + index).inactive;
      for (size_t cpu = 0; cpu < ArrayMap::possible_cpus(); ++cpu) {
        ek_counters value;
        std::memcpy(&value, counters.data() + index * real_server_counters_.value_size() + cpu * sizeof value,
                    sizeof value);
        sum.packets += value.packets;
        sum.bytes += value.bytes;
        sum.connections += value.connections;
        sum.packets_out += value.answer_packets;
        sum.bytes_out += value.answer_bytes;
      }
    }
    start += run;
  }
  return totals;
}

Result<> BpfTables::write_real_servers(std::span<const RealServerEntry> entries) {
  for (const RealServerEntry& entry : entries) {
    if (!same_bytes(entry.tunnel_source, ek_address{}))
      arrays_.at<&ek_arrays::tunnel_sources>(entry.id) = entry.tunnel_source;
    arrays_.at<&ek_arrays::real_servers>(entry.id) = entry.record;
  }
  return {};
}

Result<> BpfTables::reset_real_servers(std::span<const uint32_t> ids) {
  for (const uint32_t id : ids) arrays_.at<&ek_arrays::real_server_live>(id) = {};
  return write_zeros(real_server_counters_, ids);
}

Result<> BpfTables::write_services(std::span<const ServiceEntry> entries) {
  for (const ServiceEntry& entry : entries) arrays_.at<&ek_arrays::services>(entry.id) = entry.record;
  return {};
}

Result<> BpfTables::reset_services(std::span<const uint32_t> ids) {
  for (const uint32_t id : ids) {  // half_open goes on: what the slot's last service has left counts itself out
    arrays_.at<&ek_arrays::service_live>(id).round_robin = 0;
    arrays_.at<&ek_arrays::service_live>(id).last_cookie = 0;
  }
  return {};
}

void BpfTables::write_sources(uint32_t service, const ek_sources& sources) {
  arrays_.at<&ek_arrays::sources>(service) = sources;
}

void BpfTables::add_translated(std::span<const ek_address> addresses) {
  for (const ek_address& address : addresses) add_to(arrays_.all<&ek_arrays::translated>(), address);
}

void BpfTables::write_translated(std::span<const ek_address> addresses) {
  std::vector<ek_u32> wanted(1 << EK_TRANSLATED_BITS);
  for (const ek_address& address : addresses) add_to(wanted, address);
  const std::span<ek_u32> entries = arrays_.all<&ek_arrays::translated>();
  for (size_t place = 0; place < wanted.size(); ++place) {
    if (entries[place] != wanted[place]) entries[place] = wanted[place];
  }
}

Result<> BpfTables::write_keys(std::span<const KeyEntry> entries) {
  if (entries.empty()) return {};
  std::vector<ek_service_key> keys;
  std::vector<ek_service_value> values;
  for (const KeyEntry& entry : entries) {
    keys.push_back(entry.key);
    values.push_back(entry.value);
    hints_.withdraw(entry.key);
  }
  auto count = static_cast<uint32_t>(keys.size());
  if (bpf_map_update_batch(service_keys_, keys.data(), values.data(), &count, nullptr) != 0)
    return fail(system_error("cannot write the map service_keys"));
  for (const KeyEntry& entry : entries) hints_.give(entry);
  return {};
}

Result<> BpfTables::erase_keys(std::span<const ek_service_key> keys) {
  for (const ek_service_key& key : keys) {
    hints_.withdraw(key);
    if (bpf_map_delete_elem(service_keys_, &key) != 0 && errno != ENOENT)
      return fail(system_error("cannot remove from the map service_keys"));
  }
  return {};
}

}  // namespace evenkeel::engines::l4_xdp
