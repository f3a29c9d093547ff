#include <arpa/inet.h>
#include <gmock/gmock.h>

#include "writer_fixture.h"

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
  EXPECT_EQ(tables_.real_servers[1].flags, EK_REAL_SERVER_RESETS);
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

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
