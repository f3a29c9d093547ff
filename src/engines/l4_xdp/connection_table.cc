#include "engines/l4_xdp/connection_table.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "engines/l4_xdp/abi_values.h"
#include "engines/l4_xdp/libbpf_options.h"

namespace evenkeel::engines::l4_xdp {
namespace {

constexpr uint32_t kSetsPerSweep = 4096;
constexpr size_t kStepBytes = size_t{128} * 1024;

IpAddress ipv4_address(uint32_t address_be) {
  std::array<uint8_t, 4> bytes;
  std::memcpy(bytes.data(), &address_be, bytes.size());
  return IpAddress::from_ipv4(bytes);
}

Endpoint client_of(const ek_connection4& connection) {
  return {ipv4_address(connection.client_be), ntohs(connection.client_port_be)};
}
Endpoint client_of(const ek_connection6& connection) {
  return {from_abi(connection.client), ntohs(connection.client_port_be)};
}
Endpoint virtual_of(const ek_connection4& connection) {
  return {ipv4_address(connection.virtual_be), ntohs(connection.virtual_port_be)};
}
Endpoint virtual_of(const ek_connection6& connection) {
  return {from_abi(connection.virtual_address), ntohs(connection.virtual_port_be)};
}

template <class Record>
bool is_translated(const Record& record) {
  return (record.flags & EK_CONNECTION_TRANSLATED) != 0;
}

// What the two tables differ in.
struct Table4 {
  using Set = ek_set4;
  static constexpr const char* kMap = "connections4";
  static uint32_t sets(const ek_identity& identity) { return identity.sets4; }
};
struct Table6 {
  using Set = ek_set6;
  static constexpr const char* kMap = "connections6";
  static uint32_t sets(const ek_identity& identity) { return identity.sets6; }
};

// What every row needs besides its record.
struct Reading {
  Reading(const Program& the_program, const LabelBook& the_labels, const observed::ConnectionFilter& the_filter)
      : program(the_program), labels(the_labels), filter(the_filter) {}

  const Program& program;
  const LabelBook& labels;
  const observed::ConnectionFilter& filter;
  std::unordered_map<uint32_t, ek_real_server> real_servers;  // in use
  std::unordered_set<uint32_t> wanted_real_servers;           // empty: any
  uint32_t tick = 0;
  std::vector<observed::Connection> rows;

  bool is_full() const { return rows.size() >= filter.limit; }
  std::chrono::seconds to_seconds(uint32_t ticks) const {
    const uint64_t per_second = std::max<uint32_t>(1, program.identity().ticks_per_second_x256);
    return std::chrono::seconds(uint64_t{ticks} * 256 / per_second);
  }
};

const char* protocol_name(uint8_t protocol) {
  return protocol == IPPROTO_TCP ? "TCP" : protocol == IPPROTO_UDP ? "UDP" : "IP";
}

template <class Record>
void read_connection(Reading& reading, const ek_set_header& header, size_t way, const Record& record) {
  const auto remaining = static_cast<int32_t>(header.expires[way] - reading.tick);
  if (header.tag[way] < EK_TAG_FIRST || remaining < 0) return;
  const observed::ConnectionFilter& filter = reading.filter;
  const uint32_t id = record.common.real_server;
  if (!reading.wanted_real_servers.empty() && !reading.wanted_real_servers.contains(id)) return;
  const Endpoint client = client_of(record);
  if (filter.client && *filter.client != client.address) return;
  const char* state = state_name(header.state[way]);
  if (!filter.state.empty() && filter.state != state) return;
  const auto real_server = reading.real_servers.find(id);
  if (real_server == reading.real_servers.end()) return;  // deleted: its connections are dead
  if (real_server->second.generation != record.common.real_server_generation) return;

  observed::Connection& row = reading.rows.emplace_back();
  row.protocol = protocol_name(record.protocol);
  row.expire = reading.to_seconds(static_cast<uint32_t>(remaining));
  row.state = state;
  row.source = client;
  row.virtual_endpoint = virtual_of(record);
  const uint16_t real_port = is_translated(record) ? ntohs(record.translation.real_port_be) : row.virtual_endpoint.port;
  row.destination = {from_abi(real_server->second.address), real_port};
  model::RealServerKey key = reading.labels.real_server(id);
  row.virtual_service = std::move(key.virtual_service);
  row.real_server = std::move(key.real_server);
}

template <class Table>
Result<> read_table(Reading& reading) {
  using Set = typename Table::Set;
  const ArrayMap map(reading.program.map(Table::kMap), Table::kMap, sizeof(Set));
  constexpr uint32_t kSetsPerStep = kStepBytes / sizeof(Set);
  const uint32_t sets = Table::sets(reading.program.identity());
  std::vector<Set> slice(std::min(sets, kSetsPerStep));
  for (uint32_t first = 0; first < sets && !reading.is_full(); first += kSetsPerStep) {
    const uint32_t count = std::min(kSetsPerStep, sets - first);
    if (auto read = map.read(first, count, reinterpret_cast<std::byte*>(slice.data())); !read) return read;
    for (uint32_t set = 0; set < count; ++set) {
      for (size_t way = 0; way < EK_SET_WAYS && !reading.is_full(); ++way)
        read_connection(reading, slice[set].header, way, slice[set].connection[way]);
    }
  }
  return {};
}

}  // namespace

uint64_t ConnectionTable::size() const {
  return (uint64_t{program_.identity().sets4} + program_.identity().sets6) * EK_SET_WAYS;
}

Result<ek_sweep> ConnectionTable::run_sweep(ek_sweep request) const {
  auto options = libbpf_options<bpf_test_run_opts>();
  options.ctx_in = &request;
  options.ctx_size_in = sizeof request;
  if (bpf_prog_test_run_opts(program_.sweep(), &options) != 0)
    return fail(system_error("cannot sweep the connection table"));
  return request;  // the kernel writes the answer over the question
}

Result<uint64_t> ConnectionTable::sweep() const {
  uint64_t used = 0;
  for (const uint32_t ipv6 : {0U, 1U}) {
    const uint32_t sets = ipv6 != 0 ? program_.identity().sets6 : program_.identity().sets4;
    for (uint32_t first = 0; first < sets; first += kSetsPerSweep) {
      ek_sweep request{};
      request.ipv6 = ipv6;
      request.first = first;
      request.count = std::min(kSetsPerSweep, sets - first);
      const auto swept = run_sweep(request);
      if (!swept) return fail(swept.error());
      used += swept->used;
    }
  }
  return used;
}

Result<std::vector<observed::Connection>> ConnectionTable::list(const observed::ConnectionFilter& filter) const {
  Reading reading(program_, labels_, filter);
  if (!filter.virtual_service.empty() || !filter.real_server.empty()) {
    const std::vector<uint32_t> ids = labels_.real_server_ids(filter.virtual_service, filter.real_server);
    if (ids.empty()) return std::vector<observed::Connection>{};
    reading.wanted_real_servers.insert(ids.begin(), ids.end());
  }
  const auto now = run_sweep({});  // of no sets: tells the data plane's clock
  if (!now) return fail(now.error());
  reading.tick = now->tick;
  auto read = BpfTables(program_.tables()).visit_real_servers([&reading](const RealServerEntry& entry) {
    if (entry.record.service != 0) reading.real_servers.emplace(entry.id, entry.record);
  });
  if (!read) return fail(read.error());
  if (read = read_table<Table4>(reading); !read) return fail(read.error());
  if (read = read_table<Table6>(reading); !read) return fail(read.error());
  return std::move(reading.rows);
}

}  // namespace evenkeel::engines::l4_xdp
