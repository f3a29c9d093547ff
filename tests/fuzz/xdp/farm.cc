#include "farm.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <sys/mman.h>

#include <cstring>

#include "map_access.h"
#include "skeleton.h"

namespace evenkeel::packet {
namespace {

constexpr uint32_t kSets = 4;
constexpr uint32_t kOtherInterface = 2;
constexpr uint16_t kTunnelMtu = 1400, kTranslatedPort = 8445;

RealServerOptions by(ek_forwarding_method method) {
  RealServerOptions options;
  options.method = method;
  options.mtu = method == EK_METHOD_TUNNEL ? kTunnelMtu : 0;
  options.port = method == EK_METHOD_NAT ? kTranslatedPort : 0;
  return options;
}

RealServerOptions with_flags(uint32_t flags) {
  RealServerOptions options;
  options.flags = flags;
  return options;
}

RealServerOptions limited() {
  RealServerOptions options;
  options.minimum = 1;
  options.maximum = 2;
  return options;
}

RealServerOptions elsewhere(uint32_t interface_index, uint16_t vlan, ek_forwarding_method method) {
  RealServerOptions options = by(method);
  options.interface_index = interface_index;
  options.vlan = vlan;
  return options;
}

template <class Value>
std::vector<Value> first_of(bpf_map* map, uint32_t count) {
  const auto cpus = static_cast<uint32_t>(libbpf_num_possible_cpus());
  std::vector<Value> values(size_t{count} * cpus);
  std::vector<uint32_t> keys(count);
  uint32_t position = 0, got = count;
  bpf_map_lookup_batch(bpf_map__fd(map), nullptr, &position, keys.data(), values.data(), &got, nullptr);
  check(got == count, bpf_map__name(map));
  return values;
}

template <class Field>
Bytes bytes_of(const Field& field) {
  const auto* from = reinterpret_cast<const uint8_t*>(&field);
  return {from, from + sizeof field};
}

Tuple key_of(const ek_connection4& c) {
  return {
      c.protocol, {bytes_of(c.client_be), ntohs(c.client_port_be)}, {bytes_of(c.virtual_be), ntohs(c.virtual_port_be)}};
}
Tuple key_of(const ek_connection6& c) {
  return {c.protocol,
          {bytes_of(c.client), ntohs(c.client_port_be)},
          {bytes_of(c.virtual_address), ntohs(c.virtual_port_be)}};
}
Bytes source_of(const ek_connection4& c) {
  return bytes_of(c.source_be);
}
Bytes source_of(const ek_connection6& c) {
  return bytes_of(c.source);
}

template <class Set>
std::optional<Farm::Record> record_in(const void* table, const Tuple& tuple) {
  for (uint32_t set = 0; set < kSets; ++set) {
    const Set& entries = static_cast<const Set*>(table)[set];
    for (uint32_t way = 0; way < EK_SET_WAYS; ++way) {
      const auto& entry = entries.connection[way];
      if (entries.header.tag[way] < EK_TAG_FIRST || entry.template_service != 0) continue;
      if (ntohs(entry.client_port_be) != tuple.from.port || key_of(entry) != tuple) continue;  // the port: spares most
      return Farm::Record{entry.common.real_server,
                          entry.common.created,
                          entries.header.expires[way],
                          entries.header.state[way],
                          {source_of(entry), ntohs(entry.translation.source_port_be)}};
    }
  }
  return std::nullopt;
}

}  // namespace

Farm::Farm() : plane_({.sets4 = kSets, .sets6 = kSets}), servers_(1) {
  for (ek_forwarding_method method : {EK_METHOD_DIRECT_ROUTING, EK_METHOD_TUNNEL, EK_METHOD_NAT, EK_METHOD_SNAT}) {
    serve(static_cast<uint16_t>(kDirectPort + int{method}), {.scheduler = EK_SCHEDULER_WLC}, {by(method), by(method)});
  }
  serve(kPersistentPort, {.persistence_timeout = 300, .ipv4_prefix = 24, .ipv6_prefix = 56}, {{}, by(EK_METHOD_SNAT)});
  serve(kOnePacketPort, {.flags = EK_SERVICE_ONE_PACKET}, {{}, by(EK_METHOD_TUNNEL)});
  serve(kLimitedPort, {.scheduler = EK_SCHEDULER_RING, .hash_input = EK_HASH_FLOW}, {limited()});
  serve(kFallbackPort, {.flags = EK_SERVICE_FALLBACK_LOCAL}, {with_flags(0)});
  serve(kHaltedPort, {},
        {with_flags(EK_REAL_SERVER_TAKES_NEW | EK_REAL_SERVER_HAS_NEXT_HOP | EK_REAL_SERVER_RESETS),
         with_flags(EK_REAL_SERVER_TAKES_NEW | EK_REAL_SERVER_KEEPS_ESTABLISHED)});
  serve(kOtherLinkPort, {},
        {elsewhere(kOtherInterface, 0, EK_METHOD_DIRECT_ROUTING), elsewhere(kIngress, 7, EK_METHOD_DIRECT_ROUTING),
         elsewhere(kOtherInterface, 7, EK_METHOD_NAT), elsewhere(kIngress, 7, EK_METHOD_TUNNEL)});
  serve(kCookiePort, {.flags = EK_SERVICE_SYN_COOKIES, .half_open_limit = 1}, {by(EK_METHOD_SNAT), by(EK_METHOD_NAT)});
  serve(kTwicePort, {.flags = EK_SERVICE_SYN_TWICE, .half_open_limit = 1}, {{}});
  check(server_count() == kFarmServers, "kFarmServers");
  map_tables();
}

void Farm::serve(uint16_t port, const ServiceOptions& service, const std::vector<RealServerOptions>& servers) {
  serve_family(false, port, service, servers);
  serve_family(true, port, service, servers);
}

void Farm::serve_family(bool ipv6, uint16_t port, const ServiceOptions& service,
                        std::vector<RealServerOptions> servers) {
  const uint32_t id = plane_.add_service(service);
  const std::string virtual_address = ipv6 ? kFarm6 : kFarm4;
  std::vector<uint16_t> ring;
  for (RealServerOptions& options : servers) {
    const std::string host = std::to_string(20 + servers_.size());
    if (options.method != EK_METHOD_DIRECT_ROUTING) {
      options.address = (ipv6 ? "fd78::" : "10.78.0.") + host;
    }
    options.tunnel_source = ipv6 ? "fd78::9" : "10.78.0.9";
    ring.push_back(plane_.add_real_server(id, options));
    servers_.push_back({options, ipv6, port});
  }
  plane_.set_ring(id, ring);
  plane_.set_sources(id, {virtual_address});
  for (uint8_t protocol : {kTcp, kUdp}) {
    plane_.add_key(virtual_address, port, protocol, id);
    if (port == kDirectPort) {
      plane_.add_ranges(virtual_address, protocol, {{kFirstRangePort, kLastRangePort, id}});
    }
  }
}

void Farm::map_tables() {
  auto& maps = plane_.skeleton().maps;
  for (bpf_map* map : {maps.connections4, maps.connections6, maps.reverse4, maps.reverse6}) {
    const size_t size = size_t{bpf_map__max_entries(map)} * bpf_map__value_size(map);
    void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
    check(memory != MAP_FAILED, "mmap");
    tables_.push_back({memory, size});
  }
}

void Farm::forget() {
  for (const Table& table : tables_) memset(table.memory, 0, table.size);
  ek_arrays& arrays = plane_.arrays();
  memset(arrays.real_server_live, 0, sizeof(ek_real_server_live) * servers_.size());
  memset(arrays.interfaces, 0, sizeof arrays.interfaces);
  memset(arrays.service_live, 0, sizeof(ek_service_live) * servers_.size());
  memset(arrays.beyond_front4, 0, sizeof arrays.beyond_front4);
  memset(arrays.beyond_front6, 0, sizeof arrays.beyond_front6);
  bpf_map* fragments = plane_.skeleton().maps.fragments;
  ek_fragment_key key = {};
  while (bpf_map_get_next_key(bpf_map__fd(fragments), nullptr, &key) == 0) {
    bpf_map_delete_elem(bpf_map__fd(fragments), &key);
  }
  plane_.set_tick(1000);
}

uint16_t Farm::service_port(const Tuple& tuple) {
  static const Bytes v4 = address_of(kFarm4), v6 = address_of(kFarm6);
  const uint16_t port = tuple.to.port;
  if (tuple.to.address != (tuple.ipv6() ? v6 : v4)) return 0;
  if (port >= kFirstRangePort && port <= kLastRangePort) return kDirectPort;
  const bool has_service = (port >= kDirectPort && port <= kDirectPort + int{EK_METHOD_SNAT}) ||
                           (port >= kPersistentPort && port <= kTwicePort);
  return has_service ? port : 0;
}

Endpoint Farm::real_end(uint32_t id, uint16_t virtual_port) const {
  const RealServerOptions& options = servers_.at(id).options;
  return {address_of(options.address), options.port != 0 ? options.port : virtual_port};
}

std::optional<Farm::Record> Farm::record(const Tuple& tuple) const {
  return tuple.ipv6() ? record_in<ek_set6>(tables_[1].memory, tuple) : record_in<ek_set4>(tables_[0].memory, tuple);
}

Farm::Counts Farm::counts() const {
  Counts counts;
  const auto cpus = static_cast<size_t>(libbpf_num_possible_cpus());
  const auto reasons = first_of<uint64_t>(plane_.skeleton().maps.reasons, EK_REASONS_COUNT);
  for (size_t i = 0; i < reasons.size(); ++i) counts.reasons[i / cpus] += reasons[i];
  const auto servers = first_of<ek_counters>(plane_.skeleton().maps.real_server_counters, servers_.size());
  counts.servers.resize(servers_.size());
  for (size_t i = 0; i < servers.size(); ++i) {
    counts.servers[i / cpus].packets += servers[i].packets;
    counts.servers[i / cpus].answer_packets += servers[i].answer_packets;
  }
  return counts;
}

}  // namespace evenkeel::packet
