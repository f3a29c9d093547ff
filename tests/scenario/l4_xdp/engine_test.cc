// The engine against the kernel: maps, pins and links are real. Needs root.
#include "engines/l4_xdp/engine.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gmock/gmock.h>
#include <net/if.h>
#include <netinet/in.h>

#include <filesystem>

#include "engine_fixture.h"
#include "engines/l4_xdp/array_map.h"

namespace evenkeel::engines::l4_xdp {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

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
  arrays()->real_server_live[2] = {.active = 1, .inactive = 4, .overloaded = 0, .no_port_tick = 0, .reserved = {}};
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
  EXPECT_EQ(arrays()->real_servers[1].flags, EK_REAL_SERVER_RESETS);
  EXPECT_EQ(arrays()->real_servers[1].generation, 1U);
  EXPECT_EQ(key_target("10.0.0.1", 80, IPPROTO_TCP), 0U);
  open();
  apply(layer4({service("a", "10.0.0.1", "80", {real_server("r", "10.0.0.21")})}));
  EXPECT_EQ(arrays()->real_servers[2].generation, 1U) << "slots never used come first";
}

TEST_F(EngineTest, HintsGoWithTheKeys) {
  apply(layer4({service("a", "10.0.0.1", "80,81", {real_server("r", "10.0.0.21")})}));
  EXPECT_EQ(hinted("10.0.0.1", 80, IPPROTO_TCP), key_target("10.0.0.1", 80, IPPROTO_TCP));
  EXPECT_EQ(hinted("10.0.0.1", 81, IPPROTO_TCP), key_target("10.0.0.1", 81, IPPROTO_TCP));
  EXPECT_EQ(hinted("10.0.0.1", 80, IPPROTO_UDP), 0U);
  open();
  apply(layer4({service("b", "10.0.0.2", "80", {real_server("r", "10.0.0.21")}),
                service("a", "10.0.0.1", "81", {real_server("r", "10.0.0.21")})}));
  EXPECT_EQ(hinted("10.0.0.1", 80, IPPROTO_TCP), 0U);
  EXPECT_NE(hinted("10.0.0.1", 81, IPPROTO_TCP), 0U);
  EXPECT_EQ(hinted("10.0.0.2", 80, IPPROTO_TCP), key_target("10.0.0.2", 80, IPPROTO_TCP));
  EXPECT_NE(hinted("10.0.0.2", 80, IPPROTO_TCP), hinted("10.0.0.1", 81, IPPROTO_TCP));
  apply(layer4({service("c", "2001:db8::1", "80", {real_server("r", "2001:db8::21")})}));
  EXPECT_NE(hinted("2001:db8::1", 80, IPPROTO_TCP), 0U);
  EXPECT_EQ(hinted("2001:db8::1", 80, IPPROTO_TCP), key_target("2001:db8::1", 80, IPPROTO_TCP));
  apply(layer4({}));
  EXPECT_EQ(hinted("2001:db8::1", 80, IPPROTO_TCP), 0U);
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
