// SNAT's source ports, counted in the table that the data plane filled. Needs root.

#include "engine_fixture.h"

namespace evenkeel::engines::l4_xdp {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST_F(EngineTest, SourcePortsAreCountedByAddressAndRealServer) {
  auto want = print_farm();
  auto& print = want.virtual_services[0];
  print.scheduler = model::Scheduler::kWeightedRoundRobin;
  print.persistence.enabled = false;
  print.forwarding_method = model::ForwardingMethod::kSnat;
  print.source_addresses = {ip("10.0.0.1")};
  for (auto& server : print.real_servers) server.forwarding_method = model::ForwardingMethod::kSnat;
  apply(want);
  reach_print_servers();
  for (uint16_t port = 2000; port < 2010; ++port) establish("192.0.2.1", port);
  for (uint16_t port = 2000; port < 2004; ++port) establish("198.51.100.1", port);
  const auto counted = engine_->source_ports();
  ASSERT_TRUE(counted) << to_string(counted.error());
  ASSERT_THAT(*counted, SizeIs(2));
  EXPECT_EQ((*counted)[0].used + (*counted)[1].used, 14U);
  EXPECT_EQ((*counted)[0].used, 7U) << "in turn";
  EXPECT_EQ((*counted)[0].source_address, ip("10.0.0.1"));
  EXPECT_EQ((*counted)[0].destination.port, 9163);
  EXPECT_EQ((*counted)[0].protocol, "TCP");
  ASSERT_THAT((*counted)[0].real_servers, SizeIs(1));
  EXPECT_EQ((*counted)[0].real_servers[0].virtual_service, "print");
  EXPECT_EQ(engine_->most_source_ports(), 7U) << "the cheap bound is never below";
  const auto row = connections().front();
  ASSERT_TRUE(row.source_address);
  EXPECT_EQ(row.source_address->address, ip("10.0.0.1"));
}

TEST_F(EngineTest, OtherMethodsUseNoSourcePorts) {
  apply(print_farm());
  reach_print_servers();
  establish("192.0.2.1", 2000);
  EXPECT_THAT(*engine_->source_ports(), IsEmpty());
  EXPECT_EQ(engine_->most_source_ports(), 0U);
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
