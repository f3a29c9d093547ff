#pragma once
// The real XDP program, loaded on its own with its own maps, and filled by hand: what the packet tests and benchmarks
// stand on. Needs root. Every failure of the kernel throws std::runtime_error.

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bpf/abi.h"
#include "packet_builder.h"

struct evenkeel_skeleton;

namespace evenkeel::packet {

enum class Verdict { kAborted = 0, kDrop = 1, kPass = 2, kTransmit = 3, kRedirect = 4 };

struct Output {
  Verdict verdict = Verdict::kAborted;
  Bytes bytes;
};

// The interface that test packets come in by: the loopback's index, so that forwarding there is XDP_TX.
constexpr uint32_t kIngress = 1;

struct RealServerOptions {
  uint32_t weight = 100;
  uint32_t flags = EK_REAL_SERVER_TAKES_NEW | EK_REAL_SERVER_KEEPS_ESTABLISHED | EK_REAL_SERVER_HAS_NEXT_HOP;
  uint32_t interface_index = kIngress;
  uint16_t vlan = 0;
  uint32_t minimum = 0, maximum = 0;
  ek_forwarding_method method = EK_METHOD_DIRECT_ROUTING;
  std::string address;  // of the real server; IPv4: ::ffff:a.b.c.d in the maps, as everywhere
  uint16_t port = 0;    // translated to; 0: none
  uint16_t mtu = 0;
  std::string tunnel_source;
};

struct ServiceOptions {
  ek_scheduler scheduler = EK_SCHEDULER_WRR;
  ek_hash_input hash_input = EK_HASH_SOURCE;
  uint32_t flags = 0;
  uint32_t persistence_timeout = 0;  // seconds; also sets EK_SERVICE_PERSISTENT
  uint8_t ipv4_prefix = 32, ipv6_prefix = 128;
  uint32_t half_open_limit = 0;
};

struct Connection {
  ek_state state;
  uint32_t real_server, service, expires, set, way;
  uint16_t template_service;
};

class DataPlane {
 public:
  struct Options {
    uint32_t sets4 = 64, sets6 = 64;
    bool simulated_clock = true;   // a tick is a second then, and starts at 1000
    bool load_explaining = false;  // a second instance with explain_mode on the same maps
    uint64_t key = 1;              // of the hashes: what it is made of
    auto operator<=>(const Options&) const = default;
  };
  explicit DataPlane(Options options);
  ~DataPlane();
  DataPlane(const DataPlane&) = delete;
  DataPlane& operator=(const DataPlane&) = delete;

  void reset();  // as if newly loaded: every map empty, the clock at its start

  // ---- configuration ----
  uint32_t add_service(const ServiceOptions& options = {});
  void set_service(uint32_t id, const ServiceOptions& options);
  uint32_t add_real_server(uint32_t service, const RealServerOptions& options = {});
  void set_real_server(uint32_t id, const RealServerOptions& options);
  void renew_real_server(uint32_t id);  // as if the slot had been given to another real server
  void set_ring(uint32_t service, const std::vector<uint16_t>& ring);
  void set_sources(uint32_t service, const std::vector<std::string>& addresses);  // SNAT
  void add_address(const std::string& address);
  void add_key(const std::string& address, uint16_t port, uint8_t protocol, uint32_t service);
  // Part of add_key; on its own: what would mislead the data plane.
  void hint(const std::string& address, uint16_t port, uint8_t protocol, uint32_t service) const;
  static uint32_t hint_place(const std::string& address, uint16_t port, uint8_t protocol);
  void add_ranges(const std::string& address, uint8_t protocol, const std::vector<ek_port_range>& ranges);

  // ---- packets and time ----
  Output run(const Bytes& frame) const;
  Output run(const Frame& frame) const { return run(frame.bytes()); }
  Output explain(const Bytes& frame) const;
  ek_explanation explanation() const;
  void set_tick(uint32_t tick);
  void advance(uint32_t seconds);
  uint32_t tick() const { return tick_; }
  ek_sweep sweep(bool ipv6, uint32_t first = 0, uint32_t count = UINT32_MAX) const;

  void start_sweeping() const;  // the kernel timer, which runs in real time whatever the clock of the data plane

  // ---- what became of it ----
  uint64_t reason(ek_reason reason) const;
  uint64_t reason(ek_reason reason, uint32_t service) const;  // in the slot's use of now
  uint64_t all_service_reasons() const;
  uint64_t all_reasons() const;
  ek_counters counters(uint32_t real_server) const;
  uint32_t reverse_entries(bool ipv6 = false) const;
  uint32_t beyond_reverse_sets(bool ipv6 = false) const;
  ek_real_server_live live(uint32_t real_server) const;
  ek_service_live service_live(uint32_t service) const;
  std::vector<Connection> connections(bool ipv6 = false) const;
  Bytes table_bytes(bool ipv6 = false) const;  // the whole connection table, to see that nothing changed
  void forget_connections() const;             // tables and reverse indexes are empty, and nothing is counted
  void put_in_state(ek_state state, bool ipv6 = false) const;  // every connection; counts and times stay
  void set_crowded(bool is_crowded, bool rest_first, bool ipv6 = false) const;  // as the timer finds after a round
  static Bytes mac_of(uint32_t real_server);
  static Bytes source_mac();

  ek_arrays& arrays() const;  // as the data plane sees them
  ::evenkeel_skeleton& skeleton() const { return *skeleton_; }

 private:
  struct Slot {
    uint32_t service = 0, generation = 1;
    RealServerOptions options;
  };
  void write_real_server(uint32_t id) const;
  void set_translated(const ek_address& address) const;
  void for_each_reverse_set(bool ipv6, const std::function<void(const ek_reverse_set&)>& visit) const;
  void clear_table(bool ipv6) const;
  void clear_reverse(bool ipv6) const;

  ::evenkeel_skeleton* skeleton_ = nullptr;
  ::evenkeel_skeleton* explaining_ = nullptr;
  Options options_;
  uint32_t tick_ = 1000;
  std::vector<ServiceOptions> service_options_;
  std::vector<uint32_t> ring_lengths_;
  std::vector<Slot> slots_;
};

}  // namespace evenkeel::packet
