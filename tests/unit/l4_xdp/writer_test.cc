#include "engines/l4_xdp/writer.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>

#include "engines/l4_xdp/abi_values.h"
#include "fake_tables.h"
#include "farm.h"

namespace evenkeel::engines::l4_xdp {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class WriterTest : public testing::Test {
 protected:
  WriterTest() { restart(); }

  void restart() {
    labels_ = std::make_unique<LabelBook>();
    writer_ = std::make_unique<Writer>(tables_, *labels_);
    ASSERT_TRUE(writer_->recover());
    tables_.journal.clear();
  }
  std::vector<ObjectStatus> apply(const desired::Layer4& want) {
    tables_.journal.clear();
    return writer_->apply(want).statuses;
  }
  uint32_t id_of(const std::string& address) const {
    for (const auto& [id, record] : tables_.real_servers) {
      if (record.service != 0 && from_abi(record.address) == ip(address)) return id;
    }
    return 0;
  }
  static NextHop next_hop(const std::string& address, NextHop::State state, uint8_t last_byte = 1) {
    NextHop hop;
    hop.address = ip(address);
    hop.state = state;
    hop.interface_index = 3;
    hop.mac.bytes = {2, 0, 0, 0, 0, last_byte};
    hop.source_mac.bytes = {2, 0, 0, 0, 1, 1};
    return hop;
  }

  FakeTables tables_;
  std::unique_ptr<LabelBook> labels_;
  std::unique_ptr<Writer> writer_;
};

TEST_F(WriterTest, WritesWhatIsReferredToFirst) {
  EXPECT_THAT(apply(layer4({service("print", "10.0.0.1", "80", {real_server("PS1", "10.0.0.21")})})), IsEmpty());
  EXPECT_THAT(tables_.journal, ElementsAre("real_server 1", "ring 1", "reset_service 1", "service 1",
                                           "key 10.0.0.1:0/0", "key 10.0.0.1:80/6"));
}

TEST_F(WriterTest, RemovesInTheOppositeOrder) {
  apply(layer4({service("print", "10.0.0.1", "80", {real_server("PS1", "10.0.0.21")})}));
  EXPECT_THAT(apply(layer4({})), IsEmpty());
  EXPECT_THAT(tables_.journal,
              ElementsAre("erase_key 10.0.0.1:0/0", "erase_key 10.0.0.1:80/6", "service 1", "ring 1", "real_server 1"));
  EXPECT_EQ(tables_.real_servers[1].flags, 0);
  EXPECT_EQ(tables_.real_servers[1].generation, 1U) << "so that its connections are known to be of this use";
}

TEST_F(WriterTest, TheSameAgainWritesNothing) {
  apply(print_farm());
  apply(print_farm());
  EXPECT_THAT(tables_.journal, IsEmpty());
}

TEST_F(WriterTest, RecordsSayWhatIsWanted) {
  auto want = print_farm();
  auto& server = want.virtual_services[0].real_servers[0];
  server.takes_new = false;
  server.failed = true;
  server.minimum_connections = 5;
  server.maximum_connections = 10;
  want.virtual_services[0].persistence.timeout = std::chrono::seconds(77);
  want.virtual_services[0].scheduler = model::Scheduler::kMaglev;
  want.virtual_services[1].fallback = model::FallbackMode::kNone;
  want.virtual_services[1].persistence.enabled = false;
  apply(want);
  const ek_real_server& record = tables_.real_servers[id_of("10.0.0.21")];
  EXPECT_EQ(record.flags, EK_REAL_SERVER_KEEPS_ESTABLISHED | EK_REAL_SERVER_FAILED);
  EXPECT_EQ(record.minimum_connections, 5U);
  EXPECT_EQ(record.maximum_connections, 10U);
  EXPECT_EQ(tables_.services[1].flags, EK_SERVICE_PERSISTENT | EK_SERVICE_FALLBACK_LOCAL);
  EXPECT_EQ(tables_.services[1].scheduler, EK_SCHEDULER_RING);
  EXPECT_EQ(tables_.services[1].hash_input, EK_HASH_FLOW);
  EXPECT_EQ(tables_.services[1].timeouts[EK_STATE_TEMPLATE], 77U);
  EXPECT_EQ(tables_.services[1].timeouts[EK_STATE_ESTABLISHED], 900U);
  EXPECT_EQ(tables_.services[1].ring_length, tables_.rings[1].size());
  EXPECT_EQ(tables_.services[2].flags, 0U);
  EXPECT_EQ(tables_.services[2].ring_length, 1U) << "weight 0 is not in the ring";
}

TEST_F(WriterTest, AWeightTouchesItsOwnRecordOnly) {
  apply(print_farm());
  auto want = print_farm();
  want.virtual_services[0].real_servers[1].weight = 50;
  EXPECT_THAT(apply(want), IsEmpty());
  EXPECT_THAT(tables_.journal, ElementsAre("real_server 2"))
      << "least connections: the ring holds members, not weights";
}

TEST_F(WriterTest, ADrainTouchesItsOwnRecordOnly) {
  auto want = print_farm();
  want.virtual_services[0].scheduler = model::Scheduler::kWeightedRoundRobin;
  apply(want);
  want.virtual_services[0].real_servers[1].takes_new = false;
  apply(want);
  EXPECT_THAT(tables_.journal, ElementsAre("real_server 2"));
}

TEST_F(WriterTest, ALabelTouchesNothingButIsShown) {
  apply(print_farm());
  auto want = print_farm();
  want.virtual_services[0].label = "renamed";
  want.virtual_services[0].real_servers[0].label = "too";
  apply(want);
  EXPECT_THAT(tables_.journal, IsEmpty());
  EXPECT_EQ(labels_->service(1), "renamed");
  EXPECT_EQ(labels_->real_server(1).real_server, "too");
}

TEST_F(WriterTest, IdsSurviveOrderPortsAndNeighbours) {
  apply(print_farm());
  const uint32_t ps2 = id_of("10.0.0.22");
  auto want = print_farm();
  std::swap(want.virtual_services[0], want.virtual_services[1]);
  std::swap(want.virtual_services[1].real_servers[0], want.virtual_services[1].real_servers[1]);
  want.virtual_services[1].ports = *model::PortSet::parse("9164,445");
  want.virtual_services.insert(want.virtual_services.begin(), service("new", "10.0.0.3", "1", {}));
  apply(want);
  EXPECT_EQ(id_of("10.0.0.22"), ps2);
  EXPECT_EQ(labels_->service(1), "print");
  EXPECT_EQ(tables_.real_servers[ps2].generation, 1U);
  EXPECT_THAT(tables_.journal, Not(Contains(StartsWith("real_server"))));
}

TEST_F(WriterTest, ARestartAdoptsEverything) {
  apply(print_farm());
  writer_->set_next_hop(next_hop("10.0.0.21", NextHop::State::kReachable));
  restart();
  EXPECT_THAT(apply(print_farm()), IsEmpty());
  EXPECT_THAT(tables_.journal, IsEmpty()) << "next hops included";
  EXPECT_EQ(labels_->real_server(1).real_server, "PS1");
}

TEST_F(WriterTest, AChangeWhileStoppedKeepsIds) {
  apply(print_farm());
  restart();
  auto want = print_farm();
  want.virtual_services[1].ports = *model::PortSet::parse("9193");
  want.virtual_services.erase(want.virtual_services.begin());
  want.virtual_services[0].real_servers.insert(want.virtual_services[0].real_servers.begin(),
                                               real_server("AS0", "10.0.0.10"));
  EXPECT_THAT(apply(want), IsEmpty());
  EXPECT_EQ(id_of("10.0.0.11"), 3U);
  EXPECT_EQ(id_of("10.0.0.10"), 5U);
  EXPECT_EQ(id_of("10.0.0.21"), 0U);
  EXPECT_EQ(tables_.keys.size(), 2U);
}

// Killed after each single write of an apply: the next start repairs it, and ends in the same state.
TEST_F(WriterTest, AKillAtAnyWriteIsRepaired) {
  apply(print_farm());
  auto want = print_farm();
  want.virtual_services.erase(want.virtual_services.begin());
  want.virtual_services[0].real_servers.push_back(real_server("AS3", "10.0.0.13"));
  want.virtual_services.push_back(service("scan", "10.0.0.4", "*", {real_server("S1", "10.0.0.31")}));
  const FakeTables before = tables_;
  apply(want);
  const size_t writes = tables_.journal.size();
  for (size_t survived = 0; survived < writes; ++survived) {
    tables_ = before;
    restart();
    size_t count = 0;
    tables_.fails = [&](const std::string&) { return count++ >= survived; };
    apply(want);
    tables_.fails = [](const std::string&) { return false; };
    restart();
    EXPECT_THAT(apply(want), IsEmpty()) << "killed after " << survived;
    EXPECT_EQ(tables_.keys.size(), 6U);
    size_t in_use = 0;
    for (const auto& [id, record] : tables_.real_servers) in_use += record.service != 0 ? 1 : 0;
    EXPECT_EQ(in_use, 4U) << "killed after " << survived;
    EXPECT_NE(id_of("10.0.0.31"), 0U);
    EXPECT_EQ(id_of("10.0.0.11"), 3U);
    tables_.journal.clear();
    apply(want);
    EXPECT_THAT(tables_.journal, IsEmpty());
  }
}

TEST_F(WriterTest, AnObjectThatFailsDoesNotStopTheOthersAndIsRetried) {
  tables_.fails = [](const std::string& line) { return line == "real_server 1"; };
  EXPECT_THAT(apply(print_farm()),
              ElementsAre(AllOf(Field(&ObjectStatus::object, "virtual_service/print/real_server/PS1"),
                                Field(&ObjectStatus::state, ObjectStatus::State::kFailed),
                                Field(&ObjectStatus::reason, HasSubstr("the map is full")))));
  EXPECT_THAT(tables_.rings[1], ElementsAre(id_of("10.0.0.22"))) << "only what is in the maps may be in a ring";
  EXPECT_NE(id_of("10.0.0.11"), 0U);
  tables_.fails = [](const std::string&) { return false; };
  EXPECT_THAT(apply(print_farm()), IsEmpty());
  EXPECT_EQ(tables_.rings[1].size(), 2U);
  EXPECT_NE(id_of("10.0.0.21"), 0U);
}

// Uses up all slots but those of the farm, so that the next real server gets one that was used before.
TEST_F(WriterTest, AReusedSlotIsClearedBeforeItIsUsed) {
  tables_.real_servers.clear();
  for (uint32_t id = 3; id <= EK_MAX_REAL_SERVERS; ++id) tables_.real_servers[id].generation = 5;
  restart();
  apply(layer4({service("a", "10.0.0.1", "80", {real_server("x", "10.0.0.21"), real_server("y", "10.0.0.22")})}));
  auto want =
      layer4({service("a", "10.0.0.1", "80",
                      {real_server("x", "10.0.0.21"), real_server("y", "10.0.0.22"), real_server("z", "10.0.0.23")})});
  tables_.totals[3] = {.packets = 1, .bytes = 1, .connections = 1, .active = 1, .inactive = 1};
  tables_.fails = [](const std::string& line) { return line == "reset 3"; };
  EXPECT_THAT(apply(want), ElementsAre(Field(&ObjectStatus::object, "virtual_service/a/real_server/z")));
  EXPECT_THAT(tables_.rings[1], ElementsAre(1, 2)) << "not in a ring while its counts are those of its last use";
  EXPECT_EQ(tables_.real_servers[3].service, 0U);
  EXPECT_EQ(tables_.real_servers[3].generation, 6U);
  tables_.fails = [](const std::string&) { return false; };
  EXPECT_THAT(apply(want), IsEmpty());
  EXPECT_THAT(tables_.journal, ElementsAre("real_server 4", "reset 4", "real_server 4", "ring 1", "service 1"));
  EXPECT_EQ(tables_.real_servers[4].generation, 6U);
}

TEST_F(WriterTest, ARingThatFailsKeepsTheOldServiceInForce) {
  apply(print_farm());
  auto want = print_farm();
  want.virtual_services[0].real_servers[0] = real_server("PS3", "10.0.0.23");
  tables_.fails = [](const std::string& line) { return line == "ring 1"; };
  EXPECT_THAT(apply(want), ElementsAre(Field(&ObjectStatus::object, "virtual_service/print")));
  EXPECT_NE(id_of("10.0.0.21"), 0U) << "the old ring still leads to it";
  tables_.fails = [](const std::string&) { return false; };
  EXPECT_THAT(apply(want), IsEmpty());
  EXPECT_EQ(id_of("10.0.0.21"), 0U);
  EXPECT_THAT(tables_.rings[1], ElementsAre(id_of("10.0.0.23"), id_of("10.0.0.22")));
}

TEST_F(WriterTest, AKeyThatFailsIsRetried) {
  tables_.fails = [](const std::string& line) { return line == "key 10.0.0.2:9192/6"; };
  EXPECT_THAT(apply(print_farm()), ElementsAre(Field(&ObjectStatus::object, "virtual_service/application")));
  tables_.fails = [](const std::string&) { return false; };
  EXPECT_THAT(apply(print_farm()), IsEmpty());
  EXPECT_THAT(tables_.journal, ElementsAre("key 10.0.0.2:9192/6"));
}

TEST_F(WriterTest, AServiceGoesOnlyWhenItsKeysAreGone) {
  apply(print_farm());
  tables_.fails = [](const std::string& line) { return line == "erase_key 10.0.0.1:9164/6"; };
  EXPECT_THAT(apply(layer4({})), Contains(Field(&ObjectStatus::object, "virtual_service/print")));
  EXPECT_NE(tables_.services[1].ring_length, 0U);
  EXPECT_NE(id_of("10.0.0.21"), 0U);
  tables_.fails = [](const std::string&) { return false; };
  EXPECT_THAT(apply(layer4({})), IsEmpty());
  EXPECT_EQ(id_of("10.0.0.21"), 0U);
  EXPECT_EQ(tables_.services[1].ring_length, 0U);
}

TEST_F(WriterTest, AShorterRingComesAfterItsLength) {
  apply(print_farm());
  auto want = print_farm();
  want.virtual_services[0].real_servers.pop_back();
  apply(want);
  EXPECT_THAT(tables_.journal, ElementsAre("service 1", "ring 1", "real_server 2"));
}

TEST_F(WriterTest, RefusedObjectsLeaveTheRestAlone) {
  auto want = print_farm();
  want.virtual_services[0].real_servers.push_back(real_server("PS6", "2001:db8::1"));
  want.virtual_services.push_back(service("thief", "10.0.0.1", "9163", {real_server("X", "10.0.0.99")}));
  EXPECT_THAT(apply(want), ElementsAre(Field(&ObjectStatus::object, "virtual_service/print/real_server/PS6"),
                                       Field(&ObjectStatus::object, "virtual_service/thief")));
  EXPECT_NE(id_of("10.0.0.21"), 0U);
  EXPECT_EQ(id_of("10.0.0.99"), 0U);
}

TEST_F(WriterTest, ARefusedChangeKeepsTheLastGoodVersion) {
  apply(print_farm());
  auto want = print_farm();
  want.virtual_services[1].address = ip("10.0.0.1");
  want.virtual_services[1].ports = *model::PortSet::parse("9163");
  EXPECT_THAT(apply(want), ElementsAre(Field(&ObjectStatus::object, "virtual_service/application")));
  EXPECT_THAT(tables_.journal, IsEmpty());
}

TEST_F(WriterTest, NextHopsGoToEveryRealServerWithTheAddress) {
  apply(layer4({service("a", "10.0.0.1", "80", {real_server("r", "10.0.0.21")}),
                service("b", "10.0.0.1", "81", {real_server("r", "10.0.0.21"), real_server("s", "10.0.0.22")})}));
  tables_.journal.clear();
  writer_->set_next_hop(next_hop("10.0.0.21", NextHop::State::kReachable));
  EXPECT_THAT(tables_.journal, testing::UnorderedElementsAre("real_server 1", "real_server 2"));
  EXPECT_TRUE(tables_.real_servers[1].flags & EK_REAL_SERVER_HAS_NEXT_HOP);
  EXPECT_EQ(tables_.real_servers[2].interface_index, 3U);
  EXPECT_EQ(tables_.real_servers[2].mac[5], 1);
  tables_.journal.clear();
  writer_->set_next_hop(next_hop("10.0.0.21", NextHop::State::kReachable));
  EXPECT_THAT(tables_.journal, IsEmpty());
}

TEST_F(WriterTest, ALostNextHopKeepsTheLastAddressButOneOffLinkGoes) {
  apply(print_farm());
  writer_->set_next_hop(next_hop("10.0.0.21", NextHop::State::kReachable, 9));
  writer_->set_next_hop(next_hop("10.0.0.21", NextHop::State::kUnreachable, 0));
  writer_->set_next_hop(next_hop("10.0.0.21", NextHop::State::kResolving, 0));
  EXPECT_TRUE(tables_.real_servers[1].flags & EK_REAL_SERVER_HAS_NEXT_HOP);
  EXPECT_EQ(tables_.real_servers[1].mac[5], 9);
  writer_->set_next_hop(next_hop("10.0.0.21", NextHop::State::kNoRoute));
  EXPECT_FALSE(tables_.real_servers[1].flags & EK_REAL_SERVER_HAS_NEXT_HOP);
}

TEST_F(WriterTest, DirectRoutingNeverGoesByARouter) {
  apply(print_farm());
  writer_->set_next_hop(next_hop("10.0.0.21", NextHop::State::kReachable));
  NextHop by_router = next_hop("10.0.0.21", NextHop::State::kReachable, 9);
  by_router.on_link = false;
  writer_->set_next_hop(by_router);
  EXPECT_FALSE(tables_.real_servers[1].flags & EK_REAL_SERVER_HAS_NEXT_HOP);
  by_router.address = ip("10.0.0.22");
  writer_->set_next_hop(by_router);
  EXPECT_FALSE(tables_.real_servers[2].flags & EK_REAL_SERVER_HAS_NEXT_HOP);
}

// ---- forwarding methods ----

desired::Layer4 farm_by(model::ForwardingMethod method) {
  auto want = print_farm();
  want.virtual_services[0].forwarding_method = method;
  for (auto& server : want.virtual_services[0].real_servers) server.forwarding_method = method;
  return want;
}

TEST_F(WriterTest, SnatIsWrittenWithPortsAndSources) {
  auto want = farm_by(model::ForwardingMethod::kSnat);
  want.virtual_services[0].source_addresses = {ip("10.0.0.7"), ip("10.0.0.8")};
  want.virtual_services[0].real_servers[0].port = 8163;
  want.virtual_services[0].real_servers[1].established = desired::Established::kReset;
  EXPECT_THAT(apply(want), IsEmpty());
  const ek_real_server& record = tables_.real_servers[id_of("10.0.0.21")];
  EXPECT_EQ(record.method, EK_METHOD_SNAT);
  EXPECT_EQ(record.port_be, htons(8163));
  EXPECT_EQ(tables_.real_servers[id_of("10.0.0.22")].flags & (EK_REAL_SERVER_KEEPS_ESTABLISHED | EK_REAL_SERVER_RESETS),
            EK_REAL_SERVER_RESETS);
  EXPECT_EQ(tables_.sources[1].count, 2U);
  EXPECT_EQ(from_abi(tables_.sources[1].address[1]), ip("10.0.0.8"));
  EXPECT_THAT(tables_.translated, ElementsAre(ip("10.0.0.21"), ip("10.0.0.22"))) << "the other service's are not";
}

TEST_F(WriterTest, WhatIsNoLongerTranslatedIsNotLookedForAnyMore) {
  apply(farm_by(model::ForwardingMethod::kNat));
  EXPECT_EQ(tables_.translated.size(), 2U);
  apply(farm_by(model::ForwardingMethod::kTunnel));
  EXPECT_THAT(tables_.translated, IsEmpty());
  EXPECT_EQ(tables_.real_servers[id_of("10.0.0.21")].method, EK_METHOD_TUNNEL);
}

TEST_F(WriterTest, OneMachineOnTwoPortsIsTwoRealServers) {
  auto want = farm_by(model::ForwardingMethod::kNat);
  auto& servers = want.virtual_services[0].real_servers;
  servers[0].port = 8001;
  servers[1].address = servers[0].address;
  servers[1].port = 8002;
  EXPECT_THAT(apply(want), IsEmpty());
  EXPECT_EQ(tables_.services[1].ring_length, 2U);
  restart();
  EXPECT_THAT(apply(want), IsEmpty());
  EXPECT_THAT(tables_.journal, IsEmpty());
}

TEST_F(WriterTest, AllButDirectRoutingGoThroughARouter) {
  for (const auto method :
       {model::ForwardingMethod::kNat, model::ForwardingMethod::kSnat, model::ForwardingMethod::kTunnel}) {
    apply(farm_by(method));
    NextHop by_router = next_hop("10.0.0.21", NextHop::State::kReachable, 9);
    by_router.on_link = false;
    by_router.mtu = 1400;
    by_router.source = ip("10.0.0.2");
    writer_->set_next_hop(by_router);
    const uint32_t id = id_of("10.0.0.21");
    EXPECT_TRUE(tables_.real_servers[id].flags & EK_REAL_SERVER_HAS_NEXT_HOP);
    EXPECT_EQ(tables_.real_servers[id].mtu, 1400);
    EXPECT_EQ(from_abi(tables_.tunnel_sources[id]), ip("10.0.0.2"));
  }
}

TEST_F(WriterTest, ANewRealServerGetsAKnownNextHop) {
  writer_->set_next_hop(next_hop("10.0.0.21", NextHop::State::kReachable, 7));
  apply(print_farm());
  EXPECT_EQ(tables_.real_servers[1].mac[5], 7);
  EXPECT_TRUE(tables_.real_servers[1].flags & EK_REAL_SERVER_HAS_NEXT_HOP);
}

TEST_F(WriterTest, ANextHopThatCouldNotBeWrittenIsWrittenByTheNextApply) {
  apply(print_farm());
  tables_.fails = [](const std::string&) { return true; };
  writer_->set_next_hop(next_hop("10.0.0.21", NextHop::State::kReachable, 7));
  tables_.fails = [](const std::string&) { return false; };
  apply(print_farm());
  EXPECT_THAT(tables_.journal, ElementsAre("real_server 1"));
  EXPECT_EQ(tables_.real_servers[1].mac[5], 7);
}

TEST_F(WriterTest, TotalsOfDeletedRealServersAreKept) {
  apply(print_farm());
  tables_.totals[1] = {.packets = 10, .bytes = 1000, .connections = 2, .active = 1, .inactive = 0};
  auto want = print_farm();
  want.virtual_services[0].real_servers.erase(want.virtual_services[0].real_servers.begin());
  apply(want);
  const Totals& kept = writer_->ledger().deleted.at(1);
  EXPECT_EQ(kept.packets, 10U);
  EXPECT_EQ(kept.bytes, 1000U);
  EXPECT_EQ(kept.connections, 2U);
  EXPECT_EQ(kept.active, 0U) << "its connections are dead";
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
