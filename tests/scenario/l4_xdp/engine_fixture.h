#pragma once
// The engine with maps, pins and links of its own, all real. Needs root.

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <gmock/gmock.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/mman.h>

#include <filesystem>

#include "base/fd.h"
#include "engines/l4_xdp/abi_values.h"
#include "engines/l4_xdp/engine.h"
#include "engines/l4_xdp/libbpf_options.h"
#include "packet_builder.h"
#include "sandbox.h"
#include "unit/l4_xdp/farm.h"

namespace evenkeel::engines::l4_xdp {

constexpr uint64_t kConnections4 = 7 * 5000;
constexpr uint64_t kConnections6 = 100;

class EngineTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    sandbox_ = std::make_unique<Sandbox>();
    open();
  }

  void open() {
    engine_.reset();
    auto opened = L4Engine::open(options());
    ASSERT_TRUE(opened) << to_string(opened.error());
    engine_ = std::move(*opened);
  }
  L4Engine::Options options() const {
    return {.pin_directory = sandbox_->pin_directory(),
            .ipv4_connections = kConnections4,
            .ipv6_connections = kConnections6};
  }
  std::vector<ObjectStatus> apply(const desired::Layer4& want) {
    const auto report = engine_->apply(want);
    EXPECT_TRUE(report);
    return report ? report->statuses : std::vector<ObjectStatus>{};
  }
  Fd pinned(const std::string& name) const { return Fd(bpf_obj_get((sandbox_->pin_directory() + "/" + name).c_str())); }
  std::vector<std::string> pins() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(sandbox_->pin_directory()))
      names.push_back(entry.path().filename().string());
    return names;
  }

  // What is pinned, mapped: as another process sees it.
  struct Unmap {
    void operator()(ek_arrays* arrays) const { munmap(arrays, sizeof *arrays); }
  };
  std::unique_ptr<ek_arrays, Unmap> arrays() const {
    void* memory = mmap(nullptr, sizeof(ek_arrays), PROT_READ | PROT_WRITE, MAP_SHARED, pinned("arrays").get(), 0);
    EXPECT_NE(memory, MAP_FAILED);
    return std::unique_ptr<ek_arrays, Unmap>(static_cast<ek_arrays*>(memory));
  }

  // All pages.
  std::vector<observed::Connection> connections(const observed::ConnectionFilter& filter = {}) const {
    return all_pages<observed::Connection>([&](uint64_t position) { return engine_->connections(filter, position); });
  }
  std::vector<observed::PersistenceEntry> persistence(const observed::ConnectionFilter& filter = {}) const {
    return all_pages<observed::PersistenceEntry>(
        [&](uint64_t position) { return engine_->persistence(filter, position); });
  }
  template <class Row, class Read>
  static std::vector<Row> all_pages(Read read_page) {
    std::vector<Row> rows;
    for (std::optional<uint64_t> position = 0; position;) {
      auto page = read_page(*position);
      EXPECT_TRUE(page) << to_string(page.error());
      if (!page) break;
      rows.insert(rows.end(), page->rows.begin(), page->rows.end());
      position = page->next;
    }
    return rows;
  }
  uint64_t clear_persistence(const observed::ConnectionFilter& filter) const {
    uint64_t cleared = 0;
    for (std::optional<uint64_t> position = 0; position;) {
      const auto page = engine_->clear_persistence(filter, *position);
      EXPECT_TRUE(page) << to_string(page.error());
      if (!page) break;
      cleared += page->cleared;
      position = page->next;
    }
    return cleared;
  }

  template <class Value>
  Value read(const std::string& map, uint32_t index) const {
    Value value{};
    EXPECT_EQ(bpf_map_lookup_elem(pinned(map).get(), &index, &value), 0) << map << "[" << index << "]";
    return value;
  }
  template <class Value>
  void write(const std::string& map, uint32_t index, const Value& value) const {
    EXPECT_EQ(bpf_map_update_elem(pinned(map).get(), &index, &value, BPF_ANY), 0) << map << "[" << index << "]";
  }
  uint32_t key_target(const std::string& address, uint16_t port, uint8_t protocol) const {
    const ek_service_key key{
        .address = to_abi(ip(address)), .port_be = htons(port), .protocol = protocol, .reserved = 0};
    ek_service_value value{};
    return bpf_map_lookup_elem(pinned("service_keys").get(), &key, &value) == 0 ? value.service : 0;
  }
  // As key_target, of the hint; 0: none.
  uint32_t hinted(const std::string& address, uint16_t port, uint8_t protocol) const {
    const ek_address bytes = to_abi(ip(address));
    ek_u32 words[4];
    std::memcpy(words, &bytes, sizeof words);
    const bool ipv6 = !ip(address).is_ipv4();
    const uint64_t wanted = ek_service_hint(ipv6 ? ek_folded_address(words) : words[3], htons(port), protocol, 0);
    const uint32_t place = ek_service_hint_place(wanted);
    return ek_service_of_hint(ipv6 ? arrays()->service_hints6[place].hint : arrays()->service_hints4[place], wanted);
  }
  uint32_t tick() const {
    ek_sweep request{};
    bpf_test_run_opts options;
    std::memset(&options, 0, sizeof options);
    options.sz = sizeof options;
    options.ctx_in = &request;
    options.ctx_size_in = sizeof request;
    EXPECT_EQ(bpf_prog_test_run_opts(pinned("evenkeel_sweep").get(), &options), 0);
    return request.tick;
  }
  // An established connection of 192.0.2.1:4000 with the real server in this slot.
  void put_connection(uint32_t set, uint32_t real_server, uint8_t state, uint32_t lifetime) const {
    const auto record = arrays()->real_servers[real_server];
    ek_set4 value{};
    value.header.tag[2] = EK_TAG_FIRST;
    value.header.state[2] = state;
    value.header.expires[2] = tick() + lifetime;
    ek_connection4& connection = value.connection[2];
    inet_pton(AF_INET, "192.0.2.1", &connection.client_be);
    if (state != EK_STATE_TEMPLATE) {
      inet_pton(AF_INET, "10.0.0.1", &connection.virtual_be);
      connection.client_port_be = htons(4000);
      connection.virtual_port_be = htons(9163);
      connection.protocol = IPPROTO_TCP;
    }
    connection.common.real_server = static_cast<ek_u16>(real_server);
    connection.common.service = static_cast<ek_u16>(record.service);
    connection.common.real_server_generation = record.generation;
    write("connections4", set, value);
  }

  // Both real servers of print_farm() have a next hop, behind the loopback.
  void reach_print_servers() {
    for (const std::string address : {"10.0.0.21", "10.0.0.22"}) {
      NextHop hop;
      hop.address = ip(address);
      hop.state = NextHop::State::kReachable;
      hop.interface_index = if_nametoindex("lo");
      hop.mac.bytes = {2, 0, 0, 0, 0, 1};
      hop.source_mac.bytes = {2, 0, 0, 0, 0, 2};
      engine_->set_next_hop(hop);
    }
  }
  // A new TCP connection of this client, established.
  void establish(const std::string& client, uint16_t port) const {
    const Fd program = pinned("evenkeel_xdp");
    for (const uint8_t flags : {packet::kSyn, packet::kAck}) {
      auto bytes = packet::Frame().ipv4(client, "10.0.0.1").tcp(port, 9163, flags).bytes();
      auto options = libbpf_options<bpf_test_run_opts>();
      options.data_in = bytes.data();
      options.data_size_in = static_cast<uint32_t>(bytes.size());
      std::vector<uint8_t> out(2048);
      options.data_out = out.data();
      options.data_size_out = static_cast<uint32_t>(out.size());
      EXPECT_EQ(bpf_prog_test_run_opts(program.get(), &options), 0);
    }
  }

  std::unique_ptr<Sandbox> sandbox_;
  std::unique_ptr<L4Engine> engine_;
};

}  // namespace evenkeel::engines::l4_xdp
