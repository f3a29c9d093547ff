// The engine against the kernel: maps, pins and links are real. Needs root.
#include "engines/l4_xdp/engine.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gmock/gmock.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/mman.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "base/fd.h"
#include "engines/l4_xdp/abi_values.h"
#include "engines/l4_xdp/array_map.h"
#include "engines/l4_xdp/libbpf_options.h"
#include "packet_builder.h"
#include "sandbox.h"
#include "unit/l4_xdp/farm.h"

namespace evenkeel::engines::l4_xdp {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

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

  std::unique_ptr<Sandbox> sandbox_;
  std::unique_ptr<L4Engine> engine_;
};

TEST_F(EngineTest, AppliesAFarmToTheMaps) {
  EXPECT_THAT(apply(print_farm()), IsEmpty());
  EXPECT_EQ(key_target("10.0.0.1", 9164, IPPROTO_TCP), 1U);
  EXPECT_EQ(key_target("10.0.0.2", 9192, IPPROTO_TCP), 2U);
  EXPECT_EQ(key_target("10.0.0.2", 9192, IPPROTO_UDP), 0U);
  const auto service = arrays()->services[1];
  EXPECT_EQ(service.ring_length, 2U);
  EXPECT_EQ(service.generation, 1U);
  const auto record = arrays()->real_servers[2];
  EXPECT_EQ(from_abi(record.address), ip("10.0.0.22"));
  EXPECT_EQ(record.service, 1U);
  EXPECT_EQ(record.flags, EK_REAL_SERVER_TAKES_NEW | EK_REAL_SERVER_KEEPS_ESTABLISHED);

  uint32_t ring_id = 0;
  const uint32_t index = 1;
  ASSERT_EQ(bpf_map_lookup_elem(pinned("rings").get(), &index, &ring_id), 0);
  const Fd ring(bpf_map_get_fd_by_id(ring_id));
  ek_ring_block block{};
  const uint32_t first = 0;
  ASSERT_EQ(bpf_map_lookup_elem(ring.get(), &first, &block), 0);
  EXPECT_EQ(block.real_server[0], 1);
  EXPECT_EQ(block.real_server[1], 2);
  const auto head = arrays()->ring_heads[1];
  EXPECT_TRUE(same_bytes(head, block)) << "the head is the ring's first block";
}

TEST_F(EngineTest, ARestartKeepsIdsGenerationsAndConnections) {
  auto want = print_farm();
  want.virtual_services[0].scheduler = model::Scheduler::kMaglev;
  apply(want);
  put_connection(17, 2, EK_STATE_ESTABLISHED, 1000);
  arrays()->real_server_live[2] = {.active = 1, .inactive = 4, .overloaded = 0, .reserved = {}};
  const auto identity = read<ek_identity>("identity", 0);
  uint32_t ring_before = 0;
  const uint32_t index = 1;
  ASSERT_EQ(bpf_map_lookup_elem(pinned("rings").get(), &index, &ring_before), 0);

  open();
  EXPECT_TRUE(same_bytes(read<ek_identity>("identity", 0), identity));
  std::swap(want.virtual_services[0], want.virtual_services[1]);
  EXPECT_THAT(apply(want), IsEmpty());
  EXPECT_EQ(from_abi(arrays()->real_servers[2].address), ip("10.0.0.22"));
  EXPECT_EQ(arrays()->real_servers[2].generation, 1U);
  EXPECT_EQ(arrays()->real_server_live[2].active, 1U);
  uint32_t ring_after = 0;
  ASSERT_EQ(bpf_map_lookup_elem(pinned("rings").get(), &index, &ring_after), 0);
  EXPECT_EQ(ring_before, ring_after) << "a ring that is right is not replaced";
  const auto counters = engine_->counters();
  ASSERT_TRUE(counters);
  const observed::Counters& ps2 = counters->real_servers.at({"print", "PS2"});
  EXPECT_EQ(ps2.active, 1U);
  EXPECT_EQ(ps2.inactive, 4U);
  EXPECT_EQ(counters->virtual_services.at("print").active, 1U);
  const auto connections = this->connections();
  EXPECT_THAT(connections, SizeIs(1));
}

TEST_F(EngineTest, LargeRingsSurviveARestartUntouched) {
  std::vector<desired::RealServer> servers;
  for (int number = 1; number <= 60; ++number)
    servers.push_back(real_server("r" + std::to_string(number), "10.1.0." + std::to_string(number)));
  auto want = layer4({service("big", "10.0.0.9", "80", servers)});
  want.virtual_services[0].scheduler = model::Scheduler::kMaglev;
  EXPECT_THAT(apply(want), IsEmpty());
  EXPECT_EQ(arrays()->services[1].ring_length, 16381U);
  const auto ring_id = read<uint32_t>("rings", 1);
  open();
  EXPECT_THAT(apply(want), IsEmpty());
  EXPECT_EQ(read<uint32_t>("rings", 1), ring_id);
}

TEST_F(EngineTest, AChangeOfWeightsOverwritesTheRingInPlace) {
  auto want = print_farm();
  want.virtual_services[0].scheduler = model::Scheduler::kWeightedRoundRobin;
  apply(want);
  const auto ring_id = read<uint32_t>("rings", 1);
  want.virtual_services[0].real_servers[1].weight = 37;
  apply(want);
  EXPECT_EQ(arrays()->services[1].ring_length, 137U);
  EXPECT_EQ(read<uint32_t>("rings", 1), ring_id) << "replacing it would make the kernel wait for all programs";
  const Fd ring(bpf_map_get_fd_by_id(ring_id));
  int second = 0;
  for (uint32_t index = 0; index < 3; ++index) {
    ek_ring_block block{};
    ASSERT_EQ(bpf_map_lookup_elem(ring.get(), &index, &block), 0);
    for (uint32_t entry = 0; entry < EK_RING_BLOCK && index * EK_RING_BLOCK + entry < 137; ++entry)
      second += block.real_server[entry] == 2 ? 1 : 0;
  }
  EXPECT_EQ(second, 37);
  open();
  apply(want);
  EXPECT_EQ(read<uint32_t>("rings", 1), ring_id);
}

TEST_F(EngineTest, ASlotIsReusedWithANewGenerationAndZeroCounters) {
  apply(layer4({service("a", "10.0.0.1", "80", {real_server("r", "10.0.0.21")})}));
  apply(layer4({}));
  EXPECT_EQ(arrays()->real_servers[1].flags, 0);
  EXPECT_EQ(arrays()->real_servers[1].generation, 1U);
  EXPECT_EQ(key_target("10.0.0.1", 80, IPPROTO_TCP), 0U);
  open();
  apply(layer4({service("a", "10.0.0.1", "80", {real_server("r", "10.0.0.21")})}));
  EXPECT_EQ(arrays()->real_servers[2].generation, 1U) << "slots never used come first";
}

TEST_F(EngineTest, ConnectionsAreListedAndFiltered) {
  apply(print_farm());
  put_connection(1, 1, EK_STATE_ESTABLISHED, 400);
  put_connection(2, 2, EK_STATE_FIN_WAIT, 400);
  put_connection(3, 2, EK_STATE_TEMPLATE, 400);
  put_connection(4, 2, EK_STATE_ESTABLISHED, static_cast<uint32_t>(-5));  // expired
  put_connection(4999, 2, EK_STATE_SYN_RECV, 400);
  const auto all = connections();
  ASSERT_THAT(all, SizeIs(4));
  const observed::Connection& first = all.front();
  EXPECT_EQ(first.protocol, "TCP");
  EXPECT_EQ(first.state, "ESTABLISHED");
  EXPECT_EQ(first.source.to_string(), "192.0.2.1:4000");
  EXPECT_EQ(first.virtual_endpoint.to_string(), "10.0.0.1:9163");
  EXPECT_EQ(first.destination.to_string(), "10.0.0.21:9163");
  EXPECT_EQ(first.real_server, "PS1");
  EXPECT_EQ(first.virtual_service, "print");
  EXPECT_GT(first.expire.count(), 90);
  EXPECT_LT(first.expire.count(), 400);

  observed::ConnectionFilter filter;
  filter.real_server = "PS2";
  EXPECT_THAT(connections(filter), SizeIs(3));
  filter.state = "NONE";
  const auto templates = connections(filter);
  ASSERT_THAT(templates, SizeIs(1));
  EXPECT_EQ(templates.front().source.port, 0);
  EXPECT_EQ(templates.front().virtual_endpoint.port, 0);
  filter = {};
  filter.client = IpPrefix::parse("192.0.2.0/30").value();
  EXPECT_THAT(connections(filter), SizeIs(4));
  filter.client = IpPrefix::parse("192.0.2.9").value();
  EXPECT_THAT(connections(filter), IsEmpty());
  filter = {};
  filter.protocol = "UDP";
  EXPECT_THAT(connections(filter), IsEmpty());
  filter = {};
  filter.virtual_service = "no such";
  EXPECT_THAT(connections(filter), IsEmpty());
}

// ---- persistence ----

class PersistenceTest : public EngineTest {
 protected:
  // Two real servers in turn, clients remembered by their /24.
  void SetUp() override {
    EngineTest::SetUp();
    if (engine_ == nullptr) return;
    auto want = print_farm();
    auto& print = want.virtual_services[0];
    print.scheduler = model::Scheduler::kWeightedRoundRobin;
    print.persistence.enabled = true;
    print.persistence.ipv4_prefix = 24;
    apply(want);
    reach_print_servers();
    program_ = pinned("evenkeel_xdp");
  }

  // A new TCP connection of this client, established.
  void establish(const std::string& client, uint16_t port) const {
    for (const uint8_t flags : {packet::kSyn, packet::kAck}) {
      auto bytes = packet::Frame().ipv4(client, "10.0.0.1").tcp(port, 9163, flags).bytes();
      auto options = libbpf_options<bpf_test_run_opts>();
      options.data_in = bytes.data();
      options.data_size_in = static_cast<uint32_t>(bytes.size());
      std::vector<uint8_t> out(2048);
      options.data_out = out.data();
      options.data_size_out = static_cast<uint32_t>(out.size());
      EXPECT_EQ(bpf_prog_test_run_opts(program_.get(), &options), 0);
    }
  }
  // Who has the connection of this client and port.
  std::string server_of(const std::string& client, uint16_t port) const {
    for (const auto& row : connections()) {
      if (row.source.to_string() == client + ":" + std::to_string(port)) return row.real_server;
    }
    return "nobody";
  }

  Fd program_;
};

TEST_F(PersistenceTest, IsListedByClientAndFiltered) {
  establish("192.0.2.1", 1);
  establish("198.51.100.1", 1);
  const auto all = persistence();
  ASSERT_THAT(all, SizeIs(2));
  observed::ConnectionFilter filter;
  filter.client = IpPrefix::parse("192.0.2.77").value();
  const auto one = persistence(filter);
  ASSERT_THAT(one, SizeIs(1));
  EXPECT_EQ(one[0].client.to_string(), "192.0.2.0/24");
  EXPECT_EQ(one[0].virtual_service, "print");
  EXPECT_EQ(one[0].real_server, server_of("192.0.2.1", 1));
  EXPECT_TRUE(one[0].is_confirmed);
  EXPECT_GT(one[0].expire.count(), 60);
  filter = {};
  filter.real_server = one[0].real_server;
  EXPECT_THAT(persistence(filter), SizeIs(1));
}

TEST_F(PersistenceTest, AClearedClientIsScheduledAnewAndNobodyElse) {
  establish("192.0.2.1", 1);
  establish("198.51.100.1", 1);
  const std::string first = server_of("192.0.2.1", 1), other = server_of("198.51.100.1", 1);
  ASSERT_NE(first, other) << "round robin";
  establish("198.51.100.9", 2);
  ASSERT_EQ(server_of("198.51.100.9", 2), other) << "the same network";
  observed::ConnectionFilter filter;
  filter.client = IpPrefix::parse("198.51.100.1").value();
  EXPECT_EQ(clear_persistence(filter), 1U);
  EXPECT_THAT(persistence(), SizeIs(1));
  establish("203.0.113.1", 1);  // takes the first server's turn
  establish("198.51.100.1", 3);
  EXPECT_EQ(persistence().size(), 3U);
  EXPECT_EQ(server_of("198.51.100.1", 1), other) << "its connections go on where they were";
  EXPECT_EQ(server_of("203.0.113.1", 1), first);
  establish("192.0.2.1", 9);
  EXPECT_EQ(server_of("192.0.2.1", 9), first) << "and others are still remembered";
  EXPECT_EQ(clear_persistence({}), 3U);
  establish("192.0.2.1", 10);
  establish("192.0.2.1", 11);
  EXPECT_EQ(server_of("192.0.2.1", 10), server_of("192.0.2.1", 11));
  EXPECT_EQ(connections().size(), 9U) << "eight connections, one entry";
}

TEST_F(PersistenceTest, IsClearedByRealServerAndByVirtualService) {
  for (const char* client : {"192.0.2.1", "198.51.100.1", "203.0.113.1"}) establish(client, 1);
  observed::ConnectionFilter filter;
  filter.real_server = server_of("198.51.100.1", 1);
  EXPECT_EQ(clear_persistence(filter), 1U);
  filter = {};
  filter.virtual_service = "application";
  EXPECT_EQ(clear_persistence(filter), 0U);
  filter.virtual_service = "print";
  EXPECT_EQ(clear_persistence(filter), 2U);
}

TEST_F(PersistenceTest, ClearingWhileTheDataPlaneWritesLosesAndDoublesNothing) {
  std::atomic<bool> stopped = false;
  std::thread data_plane([&] {
    for (int round = 0; round < 12 && !stopped; ++round) {
      for (int client = 0; client < 100; ++client)
        establish("10." + std::to_string(client) + ".0.1", static_cast<uint16_t>(1000 + round));
    }
    stopped = true;
  });
  uint64_t cleared = 0;
  while (!stopped) cleared += clear_persistence({});
  data_plane.join();
  EXPECT_GT(cleared, 100U);
  EXPECT_THAT(persistence(), SizeIs(testing::Le(100U))) << "no client has two";
  clear_persistence({});
  EXPECT_THAT(persistence(), IsEmpty());
  const auto rows = connections();
  EXPECT_THAT(rows, SizeIs(1200)) << "no connection is lost";
  const auto print = engine_->counters()->virtual_services.at("print");
  EXPECT_EQ(print.active + print.inactive, 1200U) << "and the counts are exact";
}

TEST_F(EngineTest, CountersSumCpusAndIncludeTheDeleted) {
  apply(print_farm());
  std::vector<ek_counters> per_cpu(
      ArrayMap::possible_cpus(),
      {.packets = 10, .bytes = 100, .connections = 1, .answer_packets = 0, .answer_bytes = 0});
  const uint32_t id = 1;
  ASSERT_EQ(bpf_map_update_elem(pinned("real_server_counters").get(), &id, per_cpu.data(), BPF_ANY), 0);
  const uint64_t cpus = per_cpu.size();
  EXPECT_EQ(engine_->counters()->real_servers.at({"print", "PS1"}).packets, 10 * cpus);
  auto want = print_farm();
  want.virtual_services[0].real_servers.erase(want.virtual_services[0].real_servers.begin());
  apply(want);
  const auto counters = engine_->counters();
  EXPECT_FALSE(counters->real_servers.contains({"print", "PS1"}));
  EXPECT_EQ(counters->virtual_services.at("print").bytes, 100 * cpus);
  EXPECT_THAT(counters->reasons, SizeIs(EK_REASONS_COUNT));
  EXPECT_EQ(counters->reasons[0].name, "malformed_packet");
  EXPECT_EQ(counters->connection_table_size, kConnections4 + 105) << "whole sets";
}

TEST_F(EngineTest, SweepCoversBothTables) {
  const auto swept = engine_->sweep();
  EXPECT_TRUE(swept) << to_string(swept.error());
  EXPECT_EQ(engine_->counters()->connection_table_used, 0U);
}

TEST_F(EngineTest, AStartThatWasKilledHalfWayIsCleanedUp) {
  engine_.reset();
  std::filesystem::remove(sandbox_->pin_directory() + "/identity");
  std::filesystem::remove(sandbox_->pin_directory() + "/rings");
  open();
  EXPECT_THAT(apply(print_farm()), IsEmpty());
  EXPECT_THAT(pins(), Contains("identity"));
}

TEST_F(EngineTest, MapsOfAnotherVersionAreLeftAloneWithAnExplanation) {
  apply(print_farm());
  engine_.reset();
  auto identity = read<ek_identity>("identity", 0);
  identity.abi_version = EK_ABI_VERSION + 1;
  write("identity", 0, identity);
  const auto opened = L4Engine::open(options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(opened.error().message,
              AllOf(HasSubstr("version " + std::to_string(EK_ABI_VERSION + 1)), HasSubstr("lose the connections")));
  EXPECT_EQ(key_target("10.0.0.1", 9163, IPPROTO_TCP), 1U);
}

TEST_F(EngineTest, TheMapsKeepTheirSizeWhenTheOptionsChange) {
  engine_.reset();
  auto larger = options();
  larger.ipv4_connections *= 2;
  auto opened = L4Engine::open(larger);
  ASSERT_TRUE(opened) << to_string(opened.error());
  EXPECT_EQ((*opened)->counters()->connection_table_size, kConnections4 + 105);
}

TEST_F(EngineTest, AttachesNativelyToVethAndStaysAttachedWithoutTheProcess) {
  sandbox_->run("ip link add ekle0 type veth peer name ekle1");
  const uint32_t index = if_nametoindex("ekle0");
  EXPECT_THAT(engine_->attach({{index, "ekle0"}}).statuses, IsEmpty());
  EXPECT_THAT(pins(), Contains("link_" + std::to_string(index)));
  engine_.reset();
  sandbox_->run("ip link show ekle0 | grep -q xdp");
  open();
  EXPECT_THAT(engine_->attach({{index, "ekle0"}}).statuses, IsEmpty());
  EXPECT_THAT(engine_->attach({}).statuses, IsEmpty());
  sandbox_->run("! ip link show ekle0 | grep -q xdp");
  EXPECT_THAT(pins(), testing::Not(Contains("link_" + std::to_string(index))));
}

TEST_F(EngineTest, AnAdoptedLinkGetsTheNewProgram) {
  sandbox_->run("ip link add ekle0 type veth peer name ekle1");
  const uint32_t index = if_nametoindex("ekle0");
  engine_->attach({{index, "ekle0"}});
  const auto program_of_link = [&] {
    bpf_link_info info{};
    uint32_t size = sizeof info;
    const Fd link = pinned("link_" + std::to_string(index));
    EXPECT_EQ(bpf_obj_get_info_by_fd(link.get(), &info, &size), 0);
    return info.prog_id;
  };
  const uint32_t before = program_of_link();
  open();
  EXPECT_NE(program_of_link(), before);
}

TEST_F(EngineTest, AnInterfaceWithoutNativeXdpGetsANotice) {
  const auto report = engine_->attach({{if_nametoindex("lo"), "lo"}});
  EXPECT_THAT(report.statuses, ElementsAre(AllOf(Field(&ObjectStatus::object, "interface/lo"),
                                                 Field(&ObjectStatus::state, ObjectStatus::State::kNotice),
                                                 Field(&ObjectStatus::reason, HasSubstr("generic XDP")))));
  open();
  EXPECT_THAT(engine_->attach({{if_nametoindex("lo"), "lo"}}).statuses, SizeIs(1)) << "after a restart too";
}

TEST_F(EngineTest, AnInterfaceThatVanishesIsForgotten) {
  sandbox_->run("ip link add ekle0 type veth peer name ekle1");
  const uint32_t index = if_nametoindex("ekle0");
  engine_->attach({{index, "ekle0"}});
  engine_.reset();
  sandbox_->run("ip link del ekle0");
  open();
  EXPECT_THAT(pins(), testing::Not(Contains("link_" + std::to_string(index))));
  EXPECT_THAT(engine_->attach({{index, "ekle0"}}).statuses,
              ElementsAre(AllOf(Field(&ObjectStatus::object, "interface/ekle0"),
                                Field(&ObjectStatus::state, ObjectStatus::State::kFailed))));
}

TEST_F(EngineTest, AnotherProgramOnTheInterfaceIsNotPushedAside) {
  sandbox_->run("ip link add ekle0 type veth peer name ekle1");
  const uint32_t index = if_nametoindex("ekle0");
  const Fd program = pinned("evenkeel_xdp");
  ASSERT_EQ(bpf_xdp_attach(static_cast<int>(index), program.get(), 0, nullptr), 0);
  EXPECT_THAT(engine_->attach({{index, "ekle0"}}).statuses,
              ElementsAre(AllOf(Field(&ObjectStatus::state, ObjectStatus::State::kFailed),
                                Field(&ObjectStatus::reason, HasSubstr("another XDP program")))));
}

observed::ExplainQuery question(const std::string& service, const std::string& client) {
  observed::ExplainQuery query;
  query.virtual_service = service;
  query.client = *Endpoint::parse(client);
  return query;
}

TEST_F(EngineTest, ExplainAsksTheProgram) {
  auto want = print_farm();
  apply(want);
  reach_print_servers();
  auto explanation = engine_->explain(question("print", "192.0.2.1:4000"));
  ASSERT_TRUE(explanation) << to_string(explanation.error());
  EXPECT_EQ(explanation->decision, "scheduler") << explanation->sentence;
  EXPECT_EQ(explanation->virtual_service, "print");
  EXPECT_THAT(explanation->real_server, testing::AnyOf("PS1", "PS2"));
  EXPECT_THAT(connections(), IsEmpty()) << "a question leaves no connection behind";

  for (desired::RealServer& server : want.virtual_services[0].real_servers) server.takes_new = false;
  apply(want);
  explanation = engine_->explain(question("print", "192.0.2.1:4000"));
  ASSERT_TRUE(explanation);
  EXPECT_EQ(explanation->decision, "fallback") << explanation->sentence;
  want.virtual_services[0].fallback = model::FallbackMode::kNone;
  apply(want);
  EXPECT_EQ(engine_->explain(question("print", "192.0.2.1:4000"))->decision, "drop");

  auto elsewhere = question("print", "192.0.2.1:4000");
  elsewhere.port = 81;
  EXPECT_EQ(engine_->explain(elsewhere)->decision, "not_ours");
}

TEST_F(EngineTest, ExplainRefusesNonsense) {
  apply(print_farm());
  EXPECT_EQ(engine_->explain(question("nobody", "192.0.2.1:4000")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(engine_->explain(question("print", "[2001:db8::1]:4000")).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
