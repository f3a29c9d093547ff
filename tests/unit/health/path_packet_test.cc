#include "health/path_packet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "health/path_answer.h"

namespace evenkeel::health {
namespace {

const PathFlow kFlow4{Endpoint::parse("10.0.0.2:61200").value(), Endpoint::parse("10.0.0.10:445").value()};
const PathFlow kFlow6{Endpoint::parse("[2001:db8::2]:61200").value(), Endpoint::parse("[2001:db8::10]:445").value()};

uint32_t sum_of(std::span<const uint8_t> bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); ++i) sum += i % 2 == 0 ? uint32_t{bytes[i]} << 8 : bytes[i];
  while ((sum >> 16) != 0) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

// A receiver adds everything up, the checksum too, and must get all ones.
void expect_transport_checksum(const Packet& packet, size_t header, size_t addresses_at, uint8_t protocol) {
  const std::span<const uint8_t> bytes(packet);
  const auto segment = bytes.subspan(header);
  Packet summed(bytes.begin() + static_cast<ptrdiff_t>(addresses_at), bytes.end());
  summed.insert(summed.end(), summed.size() % 2, 0);
  const uint32_t pseudo = static_cast<uint32_t>(segment.size()) + protocol;
  const std::array<uint8_t, 4> rest{0, 0, static_cast<uint8_t>(pseudo >> 8), static_cast<uint8_t>(pseudo)};
  summed.insert(summed.end(), rest.begin(), rest.end());
  EXPECT_EQ(sum_of(summed), 0xffffU);
}

TEST(PathPacket, ASynAsAReceiverChecksIt) {
  const Packet syn = render_syn(kFlow4, 0x01020304);
  ASSERT_EQ(syn.size(), 20U + 24U);
  EXPECT_EQ(sum_of(std::span(syn).first(20)), 0xffffU);
  expect_transport_checksum(syn, 20, 12, 6);
  EXPECT_THAT(std::span(syn).subspan(20, 8), testing::ElementsAre(0xef, 0x10, 0x01, 0xbd, 1, 2, 3, 4));
  EXPECT_EQ(syn[20 + 13], 0x02);
  const Packet syn6 = render_syn(kFlow6, 1);
  ASSERT_EQ(syn6.size(), 40U + 24U);
  expect_transport_checksum(syn6, 40, 8, 6);
}

TEST(PathPacket, ResetsAndDatagramsAsAReceiverChecksThem) {
  const Packet reset = render_reset(kFlow4, 7);
  EXPECT_EQ(reset[20 + 13], 0x04);
  expect_transport_checksum(reset, 20, 12, 6);
  const auto question = question_for(53);
  EXPECT_EQ(question.size(), 17U);
  expect_transport_checksum(render_datagram(kFlow4, question), 20, 12, 17);
  expect_transport_checksum(render_datagram(kFlow6, {}), 40, 8, 17);
  EXPECT_TRUE(question_for(161).empty());
}

TEST(PathPacket, ATunnelGoesAroundTheWholeOfIt) {
  const Packet inner = render_syn(kFlow4, 7);
  const Packet outer = in_tunnel(inner, kFlow4.source.address, IpAddress::parse("10.0.1.21").value());
  ASSERT_EQ(outer.size(), inner.size() + 20);
  EXPECT_EQ(outer[9], 4);
  EXPECT_EQ(sum_of(std::span(outer).first(20)), 0xffffU);
  EXPECT_TRUE(std::equal(inner.begin(), inner.end(), outer.begin() + 20));
  const Packet outer6 =
      in_tunnel(render_syn(kFlow6, 7), kFlow6.source.address, IpAddress::parse("2001:db8:1::21").value());
  EXPECT_EQ(outer6[6], 41);
}

PathFlow reversed(const PathFlow& flow) {
  return {flow.target, flow.source};
}

// As the other end would send it: flags, and the acknowledgement that it makes.
Packet tcp_answer(const PathFlow& flow, uint8_t flags, uint32_t acknowledged) {
  Packet packet = render_reset(reversed(flow), 99);
  const size_t tcp = flow.source.address.is_ipv4() ? 20 : 40;
  packet[tcp + 13] = flags;
  for (size_t i = 0; i < 4; ++i) packet[tcp + 8 + i] = static_cast<uint8_t>(acknowledged >> (24 - 8 * i));
  return packet;
}

Packet icmp_error(const Packet& about, uint8_t type, uint8_t code) {
  const bool is_ipv4 = about[0] >> 4 == 4;
  // The header of any packet from the real server to us, with another protocol and payload.
  Packet packet = render_reset(reversed(is_ipv4 ? kFlow4 : kFlow6), 0);
  packet.resize(is_ipv4 ? 20 : 40);
  packet[is_ipv4 ? 9 : 6] = is_ipv4 ? 1 : 58;
  packet.insert(packet.end(), {type, code, 0, 0, 0, 0, 0, 0});
  packet.insert(packet.end(), about.begin(), about.end());
  return packet;
}

TEST(PathAnswer, SynAcksAndResetsNameTheFlowThatTheyAnswer) {
  for (const PathFlow& flow : {kFlow4, kFlow6}) {
    const auto accepted = parse_path_answer(tcp_answer(flow, 0x12, 8));
    ASSERT_TRUE(accepted);
    EXPECT_EQ(accepted->kind, PathAnswer::Kind::kSynAck);
    EXPECT_EQ(accepted->flow, flow);
    EXPECT_EQ(accepted->acknowledged, 8U);
    EXPECT_EQ(parse_path_answer(tcp_answer(flow, 0x14, 8))->kind, PathAnswer::Kind::kReset);
    EXPECT_FALSE(parse_path_answer(tcp_answer(flow, 0x10, 8))) << "a mere acknowledgement";
  }
}

TEST(PathAnswer, DatagramsAndIcmpErrors) {
  const auto datagram = parse_path_answer(render_datagram(reversed(kFlow6), {}));
  ASSERT_TRUE(datagram);
  EXPECT_EQ(datagram->kind, PathAnswer::Kind::kDatagram);
  EXPECT_EQ(datagram->flow, kFlow6);
  const auto refused = parse_path_answer(icmp_error(render_syn(kFlow4, 77), 3, 3));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->unreachable, Unreachable::kPort);
  EXPECT_EQ(refused->flow, kFlow4);
  EXPECT_EQ(refused->quoted_sequence, 77U);
  EXPECT_EQ(parse_path_answer(icmp_error(render_syn(kFlow6, 1), 1, 4))->unreachable, Unreachable::kPort);
  EXPECT_EQ(parse_path_answer(icmp_error(render_syn(kFlow4, 1), 3, 13))->unreachable, Unreachable::kProhibited);
  EXPECT_FALSE(parse_path_answer(icmp_error(render_syn(kFlow4, 1), 3, 4))) << "too big is no answer";
  EXPECT_FALSE(parse_path_answer(icmp_error(render_syn(kFlow4, 1), 8, 0))) << "an echo request";
}

TEST(PathAnswer, AnErrorAboutATunnelMayQuoteOnlyItsHeader) {
  const IpAddress server = IpAddress::parse("10.0.1.21").value();
  Packet sent = in_tunnel(render_syn(kFlow4, 77), kFlow4.source.address, server);
  auto answer = parse_path_answer(icmp_error(sent, 3, 2));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->tunnel_end, server);
  EXPECT_EQ(answer->flow, kFlow4);
  sent.resize(28);  // RFC 792: the header and eight bytes
  answer = parse_path_answer(icmp_error(sent, 3, 2));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->unreachable, Unreachable::kProtocol);
  EXPECT_EQ(answer->tunnel_end, server);
  EXPECT_EQ(answer->flow, PathFlow{});
}

TEST(PathAnswer, CutShortIsNoAnswerAndNeverReadBeyond) {
  for (const Packet& whole : {tcp_answer(kFlow4, 0x12, 8), tcp_answer(kFlow6, 0x12, 8)}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      const Packet cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_FALSE(parse_path_answer(cut)) << size;
    }
  }
  Packet fragment = tcp_answer(kFlow4, 0x12, 8);
  fragment[7] = 1;
  EXPECT_FALSE(parse_path_answer(fragment)) << "a later fragment has no ports";
}

}  // namespace
}  // namespace evenkeel::health
