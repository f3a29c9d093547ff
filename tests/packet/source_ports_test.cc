// SNAT's source ports: each connection has one of its own at its real server, and what happens when there is none left.
#include <gtest/gtest.h>

#include <set>

#include "decoded.h"
#include "lab.h"

namespace evenkeel::packet {
namespace {

class SourcePorts : public Lab {
 protected:
  void serve(size_t servers) {
    std::vector<RealServerOptions> list(servers);
    for (size_t i = 0; i < servers; ++i) {
      list[i].method = EK_METHOD_SNAT;
      list[i].address = "10.78.0." + std::to_string(21 + i);
    }
    farm(list, {});
  }
  // Source and real server of each new connection, all from the same client port.
  std::multiset<std::string> open_many(uint32_t end, uint32_t begin = 0) {
    std::multiset<std::string> seen;
    for (uint32_t i = begin; i < end; ++i) {
      Output output = send(client(client_address(i)).tcp(5000, kPort, kSyn));
      if (output.verdict == Verdict::kTransmit) {
        Decoded packet(output.bytes);
        seen.insert(packet.source() + ":" + std::to_string(packet.source_port()) + " " + packet.destination());
      }
    }
    return seen;
  }
};

TEST_F(SourcePorts, EachConnectionHasItsOwnPortAtItsRealServer) {
  open({.sets4 = 8192});
  serve(1);
  std::multiset<std::string> seen = open_many(30000);
  EXPECT_EQ(seen.size(), 30000U);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size());
  EXPECT_EQ(plane->reverse_entries(), 30000U);
}

TEST_F(SourcePorts, AnswersAreFoundWhereTheReverseIndexOverflowed) {
  open({.sets4 = 8192});
  serve(1);
  std::multiset<std::string> seen = open_many(38000);
  ASSERT_EQ(seen.size(), 38000U);
  EXPECT_GT(plane->beyond_reverse_sets(), 0U);
  for (const std::string& connection : seen) {
    size_t colon = connection.find(':'), space = connection.find(' ');
    uint16_t port = static_cast<uint16_t>(std::stoul(connection.substr(colon + 1)));
    Frame answer =
        Frame().ipv4(connection.substr(space + 1), connection.substr(0, colon)).tcp(kPort, port, kSyn | kAck);
    ASSERT_EQ(send(answer).verdict, Verdict::kTransmit) << connection;
  }
}

TEST_F(SourcePorts, EveryRealServerHasAllPorts) {
  open({.sets4 = 512});
  serve(2);
  std::multiset<std::string> seen = open_many(2);
  EXPECT_EQ(seen.count("10.77.0.100:5000 10.78.0.21") + seen.count("10.77.0.100:5000 10.78.0.22"), 2U);
}

TEST_F(SourcePorts, AllSourceAddressesAreUsed) {
  open({.sets4 = 512});
  serve(1);
  plane->set_sources(service, {"10.77.0.201", "10.77.0.202", "10.77.0.203"});
  std::set<std::string> sources;
  for (const std::string& seen : open_many(60)) {
    sources.insert(seen.substr(0, seen.find(':')));
  }
  EXPECT_EQ(sources, (std::set<std::string>{"10.77.0.201", "10.77.0.202", "10.77.0.203"}));
}

TEST_F(SourcePorts, ExhaustionIsNamedAndHarmsNobodyElse) {
  open({.sets4 = 16384});
  serve(1);
  std::multiset<std::string> seen = open_many(66000);
  EXPECT_GT(count(EK_REASON_NO_SOURCE_PORT), 0U);
  EXPECT_GT(seen.size(), 63900U) << "of 64,512 ports";
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size());
  EXPECT_EQ(plane->live(1).inactive, seen.size()) << "what was dropped left nothing";
  EXPECT_EQ(plane->live(1).no_port_tick, plane->tick() + 1) << "one search through them in a tick is enough";
  plane->advance(1);
  seen = open_many(66100, 66000);
  EXPECT_FALSE(seen.empty()) << "the next tick's searches find some of the last ones";
}

TEST_F(SourcePorts, OneConnectionThroughTwoServicesIsNamed) {
  open({});
  RealServerOptions server;
  server.method = EK_METHOD_NAT;
  server.address = "10.78.0.21";
  server.port = 80;
  farm(1, {}, server);
  uint32_t other = plane->add_service({});
  uint16_t same = plane->add_real_server(other, server);
  plane->set_ring(other, {same});
  plane->add_key(kVirtual4, 446, kTcp, other);
  EXPECT_EQ(verdict(client().tcp(1, kPort, kSyn)), Verdict::kTransmit);
  EXPECT_EQ(verdict(client().tcp(1, 446, kSyn)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_TRANSLATION_IN_USE), 1U);
  EXPECT_EQ(plane->connections().size(), 1U);
}

}  // namespace
}  // namespace evenkeel::packet
