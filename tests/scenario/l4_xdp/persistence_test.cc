// Persistence entries, listed and cleared, with the data plane at work. Needs root.

#include <atomic>
#include <numeric>
#include <thread>

#include "engine_fixture.h"

namespace evenkeel::engines::l4_xdp {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

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
  }

  // Who has the connection of this client and port.
  std::string server_of(const std::string& client, uint16_t port) const {
    for (const auto& row : connections()) {
      if (row.source.to_string() == client + ":" + std::to_string(port)) return row.real_server;
    }
    return "nobody";
  }
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

// Where a crowded table has it: beyond its front.
TEST_F(PersistenceTest, AClearedEntryIsCountedOutOfTheRestOfTheTable) {
  const auto shared = arrays();
  const auto beyond = [&shared] { return std::accumulate(shared->beyond_front4, std::end(shared->beyond_front4), 0U); };
  for (int client = 1; beyond() < 2; ++client) {  // the timer may find at any time that the table is not crowded at all
    shared->is_crowded4 = 1;
    establish("192.0.2.1", static_cast<uint16_t>(client));
    if (beyond() == 0) clear_persistence({});
  }
  const uint32_t before = beyond();
  EXPECT_EQ(clear_persistence({}), 1U);
  EXPECT_EQ(beyond(), before - 1);
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

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
