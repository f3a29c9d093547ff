// What each forwarding method writes, and where its real servers are reached.

#include <gmock/gmock.h>

#include "writer_fixture.h"

namespace evenkeel::engines::l4_xdp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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

TEST_F(WriterTest, TranslatedOrNotIsAnotherRealServer) {
  apply(farm_by(model::ForwardingMethod::kDirectRouting));
  const uint32_t before = id_of("10.0.0.21");
  const uint32_t generation = tables_.real_servers[before].generation;
  apply(farm_by(model::ForwardingMethod::kTunnel));
  EXPECT_EQ(id_of("10.0.0.21"), before) << "its connections go on";
  EXPECT_THAT(apply(farm_by(model::ForwardingMethod::kNat)), IsEmpty());
  const uint32_t translated = id_of("10.0.0.21");
  EXPECT_NE(translated, before);
  EXPECT_EQ(tables_.real_servers[before].service, 0U);
  EXPECT_EQ(tables_.real_servers[before].generation, generation);
  EXPECT_EQ(tables_.real_servers[before].flags, EK_REAL_SERVER_RESETS) << "clients of what has gone learn it";
  apply(farm_by(model::ForwardingMethod::kSnat));
  EXPECT_EQ(id_of("10.0.0.21"), translated);
  apply(farm_by(model::ForwardingMethod::kDirectRouting));
  EXPECT_NE(id_of("10.0.0.21"), translated);
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
