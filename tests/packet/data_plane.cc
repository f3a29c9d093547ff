#include "data_plane.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <random>
#include <stdexcept>

#include "engines/l4_xdp/table_sizes.h"
#include "map_access.h"
#include "skeleton.h"

namespace evenkeel::packet {
namespace {

// IPVS's, in seconds.
constexpr uint32_t kTimeouts[EK_STATES] = {2, 900, 120, 60, 120, 120, 10, 60, 30, 300, 360};

template <class Key>
void clear_hash(bpf_map* map) {
  Key key = {};
  while (bpf_map_get_next_key(bpf_map__fd(map), nullptr, &key) == 0) {
    check(bpf_map_delete_elem(bpf_map__fd(map), &key) == 0, bpf_map__name(map));
  }
}

template <class Value>
void clear_per_cpu(bpf_map* map, uint32_t key) {
  std::vector<Value> zeros(libbpf_num_possible_cpus());
  check(bpf_map_update_elem(bpf_map__fd(map), &key, zeros.data(), BPF_ANY) == 0, bpf_map__name(map));
}

ek_address to_abi(const std::string& address) {
  ek_address value = {};
  const std::string mapped = address.find(':') == std::string::npos ? "::ffff:" + address : address;
  inet_pton(AF_INET6, mapped.c_str(), value.bytes);
  return value;
}

ek_service_key service_key(const std::string& address) {
  ek_service_key key = {};
  key.address = to_abi(address);
  return key;
}

bool is_ipv6(const std::string& address) {
  return address.find(':') != std::string::npos;
}

uint64_t hint_of(const std::string& address, uint16_t port, uint8_t protocol, uint32_t service) {
  const ek_service_key key = service_key(address);
  std::array<uint32_t, 4> words;
  memcpy(words.data(), &key.address, sizeof words);
  return ek_service_hint(is_ipv6(address) ? ek_folded_address(words.data()) : words[3], htons(port), protocol, service);
}

void configure(evenkeel_skeleton* skeleton, const DataPlane::Options& options, bool explaining) {
  engines::l4_xdp::set_table_sizes(*skeleton, options.sets4, options.sets6);
  std::mt19937_64 key(options.key);
  std::ranges::generate(skeleton->rodata->hash_key, std::ref(key));
  skeleton->rodata->explain_mode = explaining;
  if (options.simulated_clock) {
    skeleton->rodata->tick_factor = 0;
    skeleton->rodata->ticks_per_second_x256 = 256;
  }
}

bool is_arrays(const bpf_map* map) {
  return std::string(bpf_map__name(map)).ends_with(".bss");
}

Output run_program(bpf_program* program, const Bytes& frame) {
  Output output;
  output.bytes.resize(frame.size() + 64);
  xdp_md context = {};
  context.data_end = frame.size();
  context.ingress_ifindex = kIngress;
  bpf_test_run_opts run = {};
  run.sz = sizeof(run);
  run.data_in = frame.data();
  run.data_size_in = frame.size();
  run.data_out = output.bytes.data();
  run.data_size_out = output.bytes.size();
  run.ctx_in = &context;
  run.ctx_size_in = sizeof(context);
  run.repeat = 1;
  check(bpf_prog_test_run_opts(bpf_program__fd(program), &run) == 0, "BPF_PROG_TEST_RUN");
  output.verdict = static_cast<Verdict>(run.retval);
  output.bytes.resize(run.data_size_out);
  return output;
}

}  // namespace

DataPlane::DataPlane(Options options) : options_(options), service_options_(1), ring_lengths_(1), slots_(1) {
  skeleton_ = evenkeel__open();
  check(skeleton_ != nullptr, "open");
  configure(skeleton_, options_, false);
  check(evenkeel__load(skeleton_) == 0, "load");
  set_tick(tick_);
  if (!options_.load_explaining) {
    return;
  }
  explaining_ = evenkeel__open();
  check(explaining_ != nullptr, "open");
  configure(explaining_, options_, true);
  bpf_program__set_autoload(explaining_->progs.evenkeel_xdp, false);
  bpf_program__set_autoload(explaining_->progs.evenkeel_explain, true);
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, explaining_->obj) {
    bpf_map* shared = bpf_object__find_map_by_name(skeleton_->obj, bpf_map__name(map));
    if (shared != nullptr && (!bpf_map__is_internal(map) || is_arrays(map))) {
      check(bpf_map__reuse_fd(map, bpf_map__fd(shared)) == 0, "reuse");
    }
  }
  check(evenkeel__load(explaining_) == 0, "load");
  set_tick(tick_);
}

ek_arrays& DataPlane::arrays() const {
  return skeleton_->bss->arrays;
}

void DataPlane::clear_table(bool ipv6) const {
  clear_mapped(ipv6 ? skeleton_->maps.connections6 : skeleton_->maps.connections4);
  std::ranges::fill(ipv6 ? arrays().beyond_front6 : arrays().beyond_front4, 0);
  set_crowded(false, false, ipv6);
}

void DataPlane::clear_reverse(bool ipv6) const {
  clear_mapped(ipv6 ? skeleton_->maps.reverse6 : skeleton_->maps.reverse4);
}

void DataPlane::forget_connections() const {
  for (bool ipv6 : {false, true}) {
    clear_reverse(ipv6);
    clear_table(ipv6);
  }
  for (uint32_t id = 0; id < slots_.size(); ++id) arrays().real_server_live[id] = {};
  for (uint32_t id = 0; id < service_options_.size(); ++id) arrays().service_live[id] = {};
}

void DataPlane::set_crowded(bool is_crowded, bool rest_first, bool ipv6) const {
  (ipv6 ? arrays().is_crowded6 : arrays().is_crowded4) = is_crowded;
  (ipv6 ? arrays().rest_first6 : arrays().rest_first4) = rest_first;
}

void DataPlane::reset() {
  clear_reverse(false);
  clear_reverse(true);
  memset(arrays().translated, 0, sizeof arrays().translated);
  clear_per_cpu<uint64_t>(skeleton_->maps.error_budget, 0);
  clear_mapped(skeleton_->maps.seen_syns);
  memset(arrays().interfaces, 0, sizeof arrays().interfaces);
  memset(arrays().service_hints4, 0, sizeof arrays().service_hints4);
  memset(arrays().service_hints6, 0, sizeof arrays().service_hints6);
  clear_table(false);
  clear_table(true);
  clear_hash<ek_service_key>(skeleton_->maps.service_keys);
  clear_hash<ek_fragment_key>(skeleton_->maps.fragments);
  for (uint32_t id = 0; id < slots_.size(); ++id) {
    arrays().real_servers[id] = {};
    arrays().real_server_live[id] = {};
    clear_per_cpu<ek_counters>(skeleton_->maps.real_server_counters, id);
  }
  for (uint32_t id = 0; id < service_options_.size(); ++id) {
    arrays().services[id] = {};
    arrays().service_live[id] = {};
    arrays().sources[id] = {};
    bpf_map_delete_elem(bpf_map__fd(skeleton_->maps.rings), &id);
    arrays().ring_heads[id] = {};
  }
  for (uint32_t reason = 0; reason < EK_REASONS_COUNT; ++reason) {
    clear_per_cpu<uint64_t>(skeleton_->maps.reasons, reason);
  }
  clear_hash<ek_service_reason>(skeleton_->maps.service_reasons);
  slots_.resize(1);
  service_options_.resize(1);
  ring_lengths_.resize(1);
  set_tick(1000);
}

DataPlane::~DataPlane() {
  evenkeel__destroy(explaining_);
  evenkeel__destroy(skeleton_);
}

uint32_t DataPlane::add_service(const ServiceOptions& options) {
  uint32_t id = service_options_.size();
  service_options_.push_back(options);
  ring_lengths_.push_back(0);
  set_service(id, options);
  return id;
}

void DataPlane::set_service(uint32_t id, const ServiceOptions& options) {
  service_options_[id] = options;
  ek_service service = {};
  service.flags = options.flags | (options.persistence_timeout ? EK_SERVICE_PERSISTENT : 0);
  service.ring_length = ring_lengths_[id];
  service.scheduler = options.scheduler;
  service.hash_input = options.hash_input;
  service.ipv4_prefix = options.ipv4_prefix;
  service.ipv6_prefix = options.ipv6_prefix;
  service.half_open_limit = options.half_open_limit;
  service.generation = 1;
  std::copy(std::begin(kTimeouts), std::end(kTimeouts), service.timeouts);
  if (options.persistence_timeout != 0) {
    service.timeouts[EK_STATE_TEMPLATE] = options.persistence_timeout;
  }
  arrays().services[id] = service;
}

uint32_t DataPlane::add_real_server(uint32_t service, const RealServerOptions& options) {
  uint32_t id = slots_.size();
  slots_.push_back({service, 1, options});
  write_real_server(id);
  return id;
}

void DataPlane::set_real_server(uint32_t id, const RealServerOptions& options) {
  slots_[id].options = options;
  write_real_server(id);
}

void DataPlane::renew_real_server(uint32_t id) {
  slots_[id].generation++;
  write_real_server(id);
  arrays().real_server_live[id] = {};
}

void DataPlane::write_real_server(uint32_t id) const {
  const Slot& slot = slots_[id];
  ek_real_server server = {};
  Bytes mac = mac_of(id), source = source_mac();
  std::copy(mac.begin(), mac.end(), server.mac);
  std::copy(source.begin(), source.end(), server.source_mac);
  server.interface_index = slot.options.interface_index;
  server.vlan = slot.options.vlan;
  server.method = static_cast<ek_u8>(slot.options.method);
  server.port_be = htons(slot.options.port);
  server.mtu = slot.options.mtu;
  if (!slot.options.address.empty()) {
    server.address = to_abi(slot.options.address);
    set_translated(server.address);
  }
  arrays().tunnel_sources[id] = slot.options.tunnel_source.empty() ? ek_address{} : to_abi(slot.options.tunnel_source);
  server.flags = slot.options.flags;
  server.service = slot.service;
  server.weight = slot.options.weight;
  server.minimum_connections = slot.options.minimum;
  server.maximum_connections = slot.options.maximum;
  server.generation = slot.generation;
  arrays().real_servers[id] = server;
}

// Never taken back: it may be wrong in this direction.
void DataPlane::set_translated(const ek_address& address) const {
  ek_u32 words[4];
  memcpy(words, address.bytes, sizeof words);
  if (words[0] == 0 && words[1] == 0 && words[2] == htonl(0xffff)) {
    words[2] = 0;
  }
  const ek_u32 folded = ek_folded_address(words);
  ek_u32& entry = arrays().translated[ek_translated_place(folded)];
  entry = ek_translated_entry(entry, folded);
}

void DataPlane::set_sources(uint32_t service, const std::vector<std::string>& addresses) {
  ek_sources sources = {};
  sources.count = addresses.size();
  for (size_t i = 0; i < addresses.size(); ++i) {
    sources.address[i] = to_abi(addresses[i]);
  }
  arrays().sources[service] = sources;
}

void DataPlane::set_ring(uint32_t service, const std::vector<uint16_t>& ring) {
  uint32_t blocks = std::max<size_t>(1, (ring.size() + EK_RING_BLOCK - 1) / EK_RING_BLOCK);
  bpf_map_create_opts create = {};
  create.sz = sizeof(create);
  create.map_flags = BPF_F_INNER_MAP;
  int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "ring", sizeof(uint32_t), sizeof(ek_ring_block), blocks, &create);
  check(map >= 0, "ring");
  for (uint32_t block = 0; block < blocks; ++block) {
    ek_ring_block value = {};
    size_t first = size_t{block} * EK_RING_BLOCK;
    for (size_t i = first; i < std::min<size_t>(ring.size(), first + EK_RING_BLOCK); ++i) {
      value.real_server[i % EK_RING_BLOCK] = ring[i];
    }
    bpf_map_update_elem(map, &block, &value, BPF_ANY);
    if (block == 0) {
      arrays().ring_heads[service] = value;
    }
  }
  update(skeleton_->maps.rings, service, map);
  close(map);
  ring_lengths_[service] = ring.size();
  set_service(service, service_options_[service]);
}

void DataPlane::add_address(const std::string& address) {
  update(skeleton_->maps.service_keys, service_key(address), ek_service_value{});
}

void DataPlane::add_key(const std::string& address, uint16_t port, uint8_t protocol, uint32_t service) {
  ek_service_key key = service_key(address);
  key.port_be = htons(port);
  key.protocol = protocol;
  ek_service_value value = {};
  value.service = service;
  update(skeleton_->maps.service_keys, key, value);
  hint(address, port, protocol, service);
  add_address(address);
}

uint32_t DataPlane::hint_place(const std::string& address, uint16_t port, uint8_t protocol) {
  return ek_service_hint_place(hint_of(address, port, protocol, 0));
}

void DataPlane::hint(const std::string& address, uint16_t port, uint8_t protocol, uint32_t service) const {
  const uint64_t hint = hint_of(address, port, protocol, service);
  if (is_ipv6(address)) {
    arrays().service_hints6[ek_service_hint_place(hint)] = {
        .hint = hint, .reserved = 0, .address = service_key(address).address};
  } else {
    arrays().service_hints4[ek_service_hint_place(hint)] = hint;
  }
}

void DataPlane::add_ranges(const std::string& address, uint8_t protocol, const std::vector<ek_port_range>& ranges) {
  ek_service_key key = service_key(address);
  key.protocol = protocol;
  ek_service_value value = {};
  value.range_count = ranges.size();
  std::copy(ranges.begin(), ranges.end(), value.ranges);
  update(skeleton_->maps.service_keys, key, value);
  add_address(address);
}

Output DataPlane::run(const Bytes& frame) const {
  return run_program(skeleton_->progs.evenkeel_xdp, frame);
}

Output DataPlane::explain(const Bytes& frame) const {
  return run_program(explaining_->progs.evenkeel_explain, frame);
}

ek_explanation DataPlane::explanation() const {
  return lookup<ek_explanation>(skeleton_->maps.explanation, uint32_t{0});
}

void DataPlane::set_tick(uint32_t tick) {
  tick_ = tick;
  skeleton_->data->simulated_tick = tick;
  if (explaining_ != nullptr) {
    explaining_->data->simulated_tick = tick;
  }
}

void DataPlane::advance(uint32_t seconds) {
  set_tick(tick_ + seconds);
}

ek_sweep DataPlane::sweep(bool ipv6, uint32_t first, uint32_t count) const {
  ek_sweep sweep = {};
  sweep.ipv6 = ipv6;
  sweep.first = first;
  sweep.count = count;
  bpf_test_run_opts run = {};
  run.sz = sizeof(run);
  run.ctx_in = &sweep;
  run.ctx_size_in = sizeof(sweep);
  check(bpf_prog_test_run_opts(bpf_program__fd(skeleton_->progs.evenkeel_sweep), &run) == 0, "sweep");
  return sweep;
}

void DataPlane::start_sweeping() const {
  bpf_test_run_opts run = {};
  run.sz = sizeof(run);
  check(bpf_prog_test_run_opts(bpf_program__fd(skeleton_->progs.evenkeel_start_sweeping), &run) == 0 && !run.retval,
        "start sweeping");
}

}  // namespace evenkeel::packet
