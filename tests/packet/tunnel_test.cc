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
  static Frame packet(size_t payload, uint8_t flags = kSyn) { return ip().tcp(1, kPort, flags, payload); }
  static Frame ip() { return ipv6() ? client6() : client(); }
  static size_t outer_header() { return ipv6() ? 40 : 20; }
  // Behind the inner IP header, on a way of 1,500 bytes; of a fragment, in whole units of 8.
  static size_t largest() { return 1500 - 2 * outer_header(); }
  static size_t largest_piece() { return (largest() - (ipv6() ? 8 : 0)) / 8 * 8; }
  // Not the last one.
  static Frame piece(uint8_t protocol, uint16_t offset) {
    if (ipv6()) return client6().fragment_header(static_cast<uint16_t>(offset << 3 | 1), 7, protocol);
    Ipv4Fields fields;
    fields.protocol = protocol;
    fields.fragment = static_cast<uint16_t>(0x2000 | offset);
    return client(kClient4, fields);
  }

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

  void expect_refused(const Frame& sent) const {
    const uint64_t before = count(EK_REASON_PACKET_TOO_BIG);
    Output output = send(sent);
    ASSERT_EQ(output.verdict, Verdict::kTransmit);
    Decoded error(output.bytes);
    EXPECT_EQ(count(EK_REASON_PACKET_TOO_BIG), before + 1);
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
  EXPECT_EQ(send(packet(largest() - 20, kAck)).verdict, Verdict::kTransmit);
  EXPECT_EQ(count(EK_REASON_PACKET_TOO_BIG), 0U);
}

TEST_P(Tunnel, WhatDoesNotFitIsAnsweredWithTheSizeThatDoes) {
  serve(1500);
  send(packet(0));
  expect_refused(packet(largest() - 20 + 1, kAck));
  expect_refused(ip().udp(1, kPort, largest() - 8 + 1));
  EXPECT_EQ(send(ip().udp(2, kPort, largest() - 8)).verdict, Verdict::kTransmit);
  EXPECT_EQ(count(EK_REASON_PACKET_TOO_BIG), 2U);
}

TEST_P(Tunnel, AFragmentThatDoesNotFitIsAnsweredForItsFirstOne) {
  serve(1500);
  for (const uint8_t protocol : {kUdp, kTcp}) {
    if (protocol == kTcp) send(packet(0));
    const auto first = [&](size_t length) {
      Frame frame = piece(protocol, 0);
      return protocol == kTcp ? frame.tcp(1, kPort, kAck, length - 20) : frame.udp(1, kPort, length - 8);
    };
    expect_refused(first(largest_piece() + 8));
    const Frame later = piece(protocol, 200).raw(Bytes(largest_piece() + 8, 3));
    if (ipv6()) {
      expect_refused(later);
    } else {
      EXPECT_EQ(send(later).verdict, Verdict::kDrop) << "no error about a later fragment: RFC 1122, 3.2.2";
    }
    expect_inside(send(first(largest_piece())), first(largest_piece()));
  }
  EXPECT_EQ(count(EK_REASON_PACKET_TOO_BIG), 4U);
}

// Of an error that is too big there is no error (RFC 1122, 3.2.2; RFC 4443, 2.4).
TEST_P(Tunnel, AnErrorThatDoesNotFitIsDropped) {
  serve(1500);
  send(packet(0));
  const auto error = [](size_t length) {
    const Frame answer = (ipv6() ? Frame().ipv6(kVirtual6, kClient6) : Frame().ipv4(kVirtual4, kClient4))
                             .tcp(kPort, 1, kAck, length - 8 - outer_header() - 20);
    return ip().icmp(ipv6() ? 1 : 3, 1, ipv6()).embedded(answer, length - 8);
  };
  EXPECT_EQ(send(error(largest())).verdict, Verdict::kTransmit);
  EXPECT_EQ(send(error(largest() + 1)).verdict, Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_PACKET_TOO_BIG), 1U);
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

}  // namespace
}  // namespace evenkeel::packet
