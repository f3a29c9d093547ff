// Where new connections go: distribution, unusable real servers, limits.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "lab.h"

namespace evenkeel::packet {
namespace {

class Schedulers : public Lab {
 protected:
  void SetUp() override { open({.sets4 = 4096, .sets6 = 64}); }

  using Tally = std::map<uint32_t, uint32_t>;

  // One SYN each from this many clients.
  Tally spread(uint32_t clients, uint32_t first = 0) const {
    Tally tally;
    for (uint32_t i = first; i < first + clients; ++i) {
      tally[open_tcp(client_address(i), 1024)]++;
    }
    return tally;
  }

  // Every share within 2 % of all of what its weight says.
  static void expect_shares(const Tally& tally, const std::vector<uint32_t>& weights) {
    double total = 0, weight_sum = 0;
    for (auto [server, count] : tally) {
      total += count;
    }
    for (uint32_t weight : weights) {
      weight_sum += weight;
    }
    for (size_t i = 0; i < weights.size(); ++i) {
      auto found = tally.find(i + 1);
      double share = (found == tally.end() ? 0 : found->second) / total;
      EXPECT_NEAR(share, weights[i] / weight_sum, 0.02) << "real server " << i + 1;
    }
  }

  static std::vector<RealServerOptions> weighted(const std::vector<uint32_t>& weights) {
    std::vector<RealServerOptions> list;
    for (uint32_t weight : weights) {
      list.push_back(with_weight(weight));
    }
    return list;
  }

  // A ring in which each id stands as often as its weight says, evenly mixed.
  static std::vector<uint16_t> ring_of(const std::vector<uint32_t>& weights, size_t length) {
    std::vector<uint16_t> ring;
    std::vector<double> credit(weights.size());
    double sum = 0;
    for (uint32_t weight : weights) {
      sum += weight;
    }
    while (ring.size() < length) {
      size_t best = 0;
      for (size_t i = 0; i < weights.size(); ++i) {
        credit[i] += weights[i] / sum;
        best = credit[i] > credit[best] ? i : best;
      }
      credit[best] -= 1;
      ring.push_back(best + 1);
    }
    return ring;
  }
};

TEST_F(Schedulers, LeastConnectionsFollowsTheWeights) {
  const std::vector<uint32_t> weights = {100, 200, 50, 150};
  farm(weighted(weights), {.scheduler = EK_SCHEDULER_WLC});
  expect_shares(spread(2000), weights);
}

TEST_F(Schedulers, LeastConnectionsPrefersTheIdle) {
  farm(2, {.scheduler = EK_SCHEDULER_WLC});
  for (int i = 0; i < 50; ++i) {
    establish(client_address(i), 1);
  }
  ek_real_server_live one = plane->live(1), two = plane->live(2);
  EXPECT_EQ(one.active, 25U);
  EXPECT_EQ(two.active, 25U);
  plane->set_real_server(1, with_weight(0));
  spread(20, 1000);
  plane->set_real_server(1, with_weight(100));
  EXPECT_EQ(plane->live(2).inactive, 20U);
  EXPECT_EQ(spread(20, 2000)[1], 20U) << "until it has as many inactive ones";
}

TEST_F(Schedulers, LeastConnectionsAmongEqualsIsNotAlwaysTheFirst) {
  farm(4, {.scheduler = EK_SCHEDULER_WLC});
  Tally tally;
  for (uint32_t i = 0; i < 400; ++i) {
    uint32_t server = open_tcp(client_address(i), 1);
    tally[server]++;
    plane->advance(200);
    plane->sweep(false);
  }
  for (uint32_t server = 1; server <= 4; ++server) {
    EXPECT_GT(tally[server], 40U);
  }
}

TEST_F(Schedulers, LeastConnectionsScansSeveralBlocks) {
  farm(256, {.scheduler = EK_SCHEDULER_WLC});
  Tally tally = spread(2560);
  for (uint32_t server = 1; server <= 256; ++server) {
    EXPECT_EQ(tally[server], 10U) << server;
  }
}

TEST_F(Schedulers, LeastConnectionsAmongVeryMany) {
  farm(300, {.scheduler = EK_SCHEDULER_WLC});
  Tally tally = spread(3000);
  EXPECT_EQ(tally.count(0), 0U);
  for (auto [server, count] : tally) {
    EXPECT_LE(count, 20U) << server;
  }
  for (uint32_t server = 1; server <= 299; ++server) {
    plane->set_real_server(server, with_flags(kDrained));
  }
  EXPECT_EQ(spread(50, 5000)[300], 50U) << "the last usable one is found";
}

TEST_F(Schedulers, RoundRobinFollowsTheRing) {
  const std::vector<uint32_t> weights = {50, 100, 150, 200};
  farm(weighted(weights), {.scheduler = EK_SCHEDULER_WRR});
  plane->set_ring(service, ring_of(weights, 10));
  expect_shares(spread(1000), weights);
}

TEST_F(Schedulers, RoundRobinGivesNoNeighbourTheShareOfAnother) {
  farm(3, {.scheduler = EK_SCHEDULER_WRR});
  plane->set_real_server(2, with_flags(kDrained));
  expect_shares(spread(600), {1, 0, 1});
}

TEST_F(Schedulers, RoundRobinFindsTheOnlyUsableOne) {
  farm(500, {.scheduler = EK_SCHEDULER_WRR}, with_flags(kDrained));
  plane->set_real_server(77, {});
  EXPECT_EQ(spread(5)[77], 5U);
}

TEST_F(Schedulers, SourceHashKeepsAClientOnItsServer) {
  const std::vector<uint32_t> weights = {100, 200, 300, 400};
  farm(weighted(weights), {.scheduler = EK_SCHEDULER_RING, .hash_input = EK_HASH_SOURCE});
  plane->set_ring(service, ring_of(weights, 1021));
  expect_shares(spread(6000), weights);
  for (uint32_t i = 0; i < 20; ++i) {
    uint32_t server = open_tcp(client_address(i), 2000);
    EXPECT_EQ(open_tcp(client_address(i), 2001), server);
    EXPECT_EQ(send_to(client(client_address(i)).udp(2002, kPort)), server);
  }
}

TEST_F(Schedulers, FlowHashSpreadsOneClient) {
  farm(4, {.scheduler = EK_SCHEDULER_RING, .hash_input = EK_HASH_FLOW});
  plane->set_ring(service, ring_of({1, 1, 1, 1}, 1021));
  Tally tally;
  for (uint16_t port = 1; port <= 6000; ++port) {
    tally[open_tcp(kClient4, port)]++;
  }
  expect_shares(tally, {1, 1, 1, 1});
}

TEST_F(Schedulers, RingMovesOnlyClientsOfTheUnusableAndSpreadsThem) {
  farm(4, {.scheduler = EK_SCHEDULER_RING});
  plane->set_ring(service, ring_of({1, 1, 1, 1}, 1021));
  std::map<uint32_t, uint32_t> before;
  for (uint32_t i = 0; i < 2000; ++i) {
    before[i] = open_tcp(client_address(i), 1);
  }
  plane->set_real_server(3, with_flags(kDrained));
  Tally moved;
  for (uint32_t i = 0; i < 2000; ++i) {
    uint32_t now = open_tcp(client_address(i), 2);
    if (before[i] == 3) {
      moved[now]++;
    } else {
      EXPECT_EQ(now, before[i]);
    }
  }
  uint32_t total = moved[1] + moved[2] + moved[4];
  for (uint32_t server : {1, 2, 4}) {
    EXPECT_NEAR(moved[server] / double(total), 1 / 3.0, 0.08) << server;
  }
  plane->set_real_server(3, {});
  for (uint32_t i = 0; i < 50; ++i) {
    EXPECT_EQ(open_tcp(client_address(i), 3), before[i]) << "and they come back";
  }
}

TEST_F(Schedulers, RingFindsTheOnlyUsableOne) {
  farm(200, {.scheduler = EK_SCHEDULER_RING}, with_flags(kDrained));
  plane->set_real_server(150, {});
  EXPECT_EQ(spread(20)[150], 20U);
}

// ---- nobody usable ----

TEST_F(Schedulers, NobodyUsableIsDroppedOrHandedToTheFallback) {
  for (ek_scheduler scheduler : {EK_SCHEDULER_WLC, EK_SCHEDULER_WRR, EK_SCHEDULER_RING}) {
    open({});
    ServiceOptions options{.scheduler = scheduler};
    farm({with_flags(kDrained), with_weight(0)}, options);
    EXPECT_EQ(verdict(client().tcp(1, kPort, kSyn)), Verdict::kDrop);
    EXPECT_EQ(verdict(client6().udp(1, kPort)), Verdict::kDrop);
    EXPECT_EQ(count(EK_REASON_NO_REAL_SERVER), 2U);
    options.flags = EK_SERVICE_FALLBACK_LOCAL;
    plane->set_service(service, options);
    EXPECT_EQ(verdict(client().tcp(1, kPort, kSyn)), Verdict::kPass);
    EXPECT_EQ(verdict(client().tcp(1, kPort, kAck)), Verdict::kPass) << "the fallback's own connection";
    EXPECT_EQ(count(EK_REASON_FALLBACK), 1U);
    EXPECT_TRUE(plane->connections().empty());
    plane->set_real_server(1, {});
    EXPECT_EQ(send_to(client().tcp(2, kPort, kSyn)), 1U) << "back as soon as one is up";
  }
}

TEST_F(Schedulers, EmptyRingIsNobody) {
  farm(0);
  EXPECT_EQ(verdict(client().tcp(1, kPort, kSyn)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_NO_REAL_SERVER), 1U);
}

// ---- limits ----

RealServerOptions limited(uint32_t minimum, uint32_t maximum) {
  RealServerOptions options;
  options.minimum = minimum;
  options.maximum = maximum;
  return options;
}

TEST_F(Schedulers, MaximumIsKept) {
  for (ek_scheduler scheduler : {EK_SCHEDULER_WLC, EK_SCHEDULER_WRR, EK_SCHEDULER_RING}) {
    open({.sets4 = 512, .sets6 = 8});
    farm({limited(0, 10), limited(0, 20)}, {.scheduler = scheduler, .flags = EK_SERVICE_FALLBACK_LOCAL});
    Tally tally = spread(40);
    EXPECT_EQ(tally[1], 10U);
    EXPECT_EQ(tally[2], 20U);
    EXPECT_EQ(count(EK_REASON_ALL_OVERLOADED), 10U) << "overloaded is not failed: no fallback";
    EXPECT_EQ(count(EK_REASON_FALLBACK), 0U);
    EXPECT_EQ(plane->live(1).overloaded, 10U);
  }
}

TEST_F(Schedulers, AGreaterOrNoMaximumOpensAtOnce) {
  for (uint32_t maximum : {9U, 0U}) {
    open({.sets4 = 512, .sets6 = 8});
    farm({limited(4, 8)});
    spread(8);
    for (uint32_t i = 0; i < 8; ++i) {
      plane->run(client(client_address(i)).tcp(1024, kPort, kAck));
    }
    plane->run(client(client_address(0)).tcp(1024, kPort, kRst));
    plane->advance(11);
    plane->sweep(false);
    ASSERT_EQ(plane->live(1).active, 7U);
    EXPECT_EQ(open_tcp(client_address(100), 1), 0U) << "closed until it is below its minimum";
    plane->set_real_server(1, limited(4, 7));
    EXPECT_EQ(open_tcp(client_address(101), 1), 0U) << "a smaller maximum opens nothing";
    plane->set_real_server(1, limited(4, maximum));
    EXPECT_EQ(open_tcp(client_address(102), 1), 1U) << "maximum " << maximum;
  }
}

TEST_F(Schedulers, OpensAgainBelowTheMinimum) {
  farm({limited(4, 8)});
  spread(8);
  EXPECT_EQ(open_tcp(client_address(100), 1), 0U);
  for (uint32_t i = 0; i < 8; ++i) {  // all but the last few close at different times
    plane->run(client(client_address(i)).tcp(1024, kPort, kAck));
  }
  for (uint32_t left = 8; left > 4; --left) {
    plane->run(client(client_address(left - 1)).tcp(1024, kPort, kRst));
    plane->advance(11);
    plane->sweep(false);
    EXPECT_EQ(plane->live(1).active, left - 1);
    EXPECT_EQ(open_tcp(client_address(100), 1), 0U) << left - 1 << " left, minimum 4";
  }
  plane->run(client(client_address(0)).tcp(1024, kPort, kRst));
  plane->advance(11);
  plane->sweep(false);
  EXPECT_EQ(open_tcp(client_address(100), 1), 1U) << "three left";
}

TEST_F(Schedulers, WithoutMinimumOpensBelowThreeQuarters) {
  farm({limited(0, 8)});
  spread(8);
  for (uint32_t i = 0; i < 8; ++i) {
    plane->run(client(client_address(i)).tcp(1024, kPort, kAck));
  }
  auto close_one = [&](uint32_t i) {
    plane->run(client(client_address(i)).tcp(1024, kPort, kRst));
    plane->advance(11);
    plane->sweep(false);
  };
  close_one(0);
  close_one(1);
  EXPECT_EQ(open_tcp(client_address(100), 1), 0U) << "six of eight";
  close_one(2);
  EXPECT_EQ(open_tcp(client_address(100), 1), 1U) << "five of eight";
}

}  // namespace
}  // namespace evenkeel::packet
