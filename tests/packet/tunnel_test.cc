// Tunnel: the packet inside another one, and the answer to what does not fit.
#include <gtest/gtest.h>

#include "decoded.h"
#include "lab.h"

namespace evenkeel::packet {
namespace {

const std::string kReal4 = "10.79.0.21", kReal6 = "fd79::21", kOurs4 = "10.77.0.2", kOurs6 = "fd77::2";
constexpr uint8_t kIpIp = 4, kIp6InIp6 = 41;

class Tunnel : public Lab, public testing::WithParamInterface<bool> {
 protected:
  static bool ipv6() { return GetParam(); }

  void serve(uint16_t mtu, uint16_t vlan = 0) {
    RealServerOptions server;
    server.method = EK_METHOD_TUNNEL;
    server.address = ipv6() ? kReal6 : kReal4;
    server.tunnel_source = ipv6() ? kOurs6 : kOurs4;
    server.mtu = mtu;
    server.vlan = vlan;
    farm(1, {}, server);
  }
  static Frame packet(size_t payload, uint8_t flags = kSyn) {
    return (ipv6() ? client6() : client()).tcp(1, kPort, flags, payload);
  }
  static size_t outer_header() { return ipv6() ? 40 : 20; }

  void expect_inside(const Output& output, const Frame& sent, size_t frame_header = 14) const {
    ASSERT_EQ(output.verdict, Verdict::kTransmit);
    Decoded outer(output.bytes);
    EXPECT_EQ(outer.mac(), DataPlane::mac_of(1));
    EXPECT_EQ(outer.source(), ipv6() ? kOurs6 : kOurs4);
    EXPECT_EQ(outer.destination(), ipv6() ? kReal6 : kReal4);
    EXPECT_EQ(outer.protocol(), ipv6() ? kIp6InIp6 : kIpIp);
    EXPECT_EQ(outer.ttl(), 64);
    EXPECT_TRUE(outer.ip_checksum_holds());
    EXPECT_EQ(outer.end(), output.bytes.size());
    EXPECT_EQ(Bytes(output.bytes.begin() + static_cast<long>(frame_header + outer_header()), output.bytes.end()),
              sent.ip_bytes())
        << "the inner packet is untouched";
  }
};

TEST_P(Tunnel, NewAndEstablishedPacketsTravelInside) {
  serve(1500);
  expect_inside(send(packet(0)), packet(0));
  expect_inside(send(packet(100, kAck)), packet(100, kAck));
  expect_inside(send(packet(100, kAck)), packet(100, kAck));
  EXPECT_EQ(plane->counters(1).packets, 3U);
  EXPECT_EQ(plane->reverse_entries(ipv6()), 0U);
}

TEST_P(Tunnel, TagsBecomeThoseOfTheWayThere) {
  serve(1500, 9);
  expect_inside(send(packet(10)), packet(10), 18);
  open({});
  serve(1500);
  Frame tagged = ipv6() ? Frame().vlan(7).ipv6(kClient6, kVirtual6) : Frame().vlan(7).ipv4(kClient4, kVirtual4);
  expect_inside(send(tagged.tcp(1, kPort, kSyn)), packet(0));
}

TEST_P(Tunnel, WhatFitsExactlyGoes) {
  serve(1500);
  send(packet(0));
  const size_t headers = outer_header() + outer_header() + 20;
  EXPECT_EQ(send(packet(1500 - headers, kAck)).verdict, Verdict::kTransmit);
  EXPECT_EQ(count(EK_REASON_PACKET_TOO_BIG), 0U);
}

TEST_P(Tunnel, WhatDoesNotFitIsAnsweredWithTheSizeThatDoes) {
  serve(1500);
  send(packet(0));
  const Frame sent = packet(1500 - outer_header() - outer_header() - 20 + 1, kAck);
  Output output = send(sent);
  ASSERT_EQ(output.verdict, Verdict::kTransmit);
  Decoded error(output.bytes);
  EXPECT_EQ(count(EK_REASON_PACKET_TOO_BIG), 1U);
  EXPECT_EQ(error.source(), ipv6() ? kVirtual6 : kVirtual4);
  EXPECT_EQ(error.destination(), ipv6() ? kClient6 : kClient4);
  EXPECT_EQ(error.protocol(), ipv6() ? kIcmp6 : kIcmp);
  EXPECT_EQ(output.bytes[error.l4()], ipv6() ? 2 : 3);
  EXPECT_EQ(output.bytes[error.l4() + 1], ipv6() ? 0 : 4);
  EXPECT_EQ(get16(output.bytes, error.l4() + 6), 1500 - outer_header());
  EXPECT_TRUE(error.ip_checksum_holds());
  EXPECT_TRUE(error.l4_checksum_holds());
  EXPECT_EQ(error.end(), output.bytes.size());
  Bytes frame = sent.bytes();
  EXPECT_EQ(error.mac(), Bytes(frame.begin() + 6, frame.begin() + 12)) << "back to where it came from";
  Bytes carried(output.bytes.begin() + static_cast<long>(error.l4()) + 8, output.bytes.end());
  EXPECT_EQ(carried, Bytes(frame.begin() + 14, frame.begin() + 14 + static_cast<long>(carried.size())));
  EXPECT_GE(carried.size(), outer_header() + 8);
}

TEST_P(Tunnel, ErrorsAreLimited) {
  serve(1500);
  send(packet(0));
  int answered = 0;
  for (int i = 0; i < 1000; ++i) {
    answered += send(packet(1460, kAck)).verdict == Verdict::kTransmit ? 1 : 0;
  }
  EXPECT_GT(answered, 0);
  EXPECT_LE(answered, 64 * 2) << "per CPU and tick";
}

INSTANTIATE_TEST_SUITE_P(Families, Tunnel, testing::Bool(),
                         [](const auto& info) { return info.param ? "Ipv6" : "Ipv4"; });

// ---- one packet scheduling ----

class OnePacket : public Lab {};

TEST_F(OnePacket, DatagramsAreScheduledOneByOneAndNothingIsKept) {
  farm(2, {.scheduler = EK_SCHEDULER_WRR, .flags = EK_SERVICE_ONE_PACKET});
  std::map<uint32_t, int> seen;
  for (int i = 0; i < 10; ++i) {
    ++seen[send_to(client().udp(53, kPort))];
  }
  EXPECT_EQ(seen[1], 5);
  EXPECT_EQ(seen[2], 5);
  EXPECT_TRUE(plane->connections().empty());
}

TEST_F(OnePacket, WhatIsTranslatedIsKept) {
  RealServerOptions translated;
  translated.method = EK_METHOD_NAT;
  translated.address = "10.78.0.1";
  farm(2, {.scheduler = EK_SCHEDULER_WRR, .flags = EK_SERVICE_ONE_PACKET}, translated);
  const uint32_t server = send_to(client().udp(53, kPort));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(send_to(client().udp(53, kPort)), server);
  EXPECT_EQ(plane->connections().size(), 1U) << "by which its answers are changed back";
}

TEST_F(OnePacket, TcpIsKept) {
  farm(2, {.flags = EK_SERVICE_ONE_PACKET});
  uint32_t server = establish(kClient4, 1);
  EXPECT_EQ(send_to(client().tcp(1, kPort, kAck)), server);
  EXPECT_EQ(plane->connections().size(), 1U);
}

}  // namespace
}  // namespace evenkeel::packet
