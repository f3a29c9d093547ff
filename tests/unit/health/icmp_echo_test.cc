#include "health/icmp_echo.h"

#include <gtest/gtest.h>

#include <vector>

namespace evenkeel::health {
namespace {

using Bytes = std::vector<uint8_t>;

const Echo kEcho{AddressFamily::kIpv4, 0x1234, 7, 0x0102030405060708};
const Echo kEcho6{AddressFamily::kIpv6, 0x1234, 7, 0x0102030405060708};

// The reply that a correct host sends: the request with another type.
Bytes reply_to(const Echo& echo) {
  const EchoRequest request = render_echo_request(echo);
  Bytes reply(request.begin(), request.end());
  reply[0] = echo.family == AddressFamily::kIpv4 ? 0 : 129;
  return reply;
}

Bytes with_ipv4_header(const Bytes& message, uint8_t first_byte = 0x45) {
  Bytes packet(20, 0);
  packet[0] = first_byte;
  packet.insert(packet.end(), message.begin(), message.end());
  return packet;
}

TEST(IcmpEcho, RequestHasTypeAndAChecksumThatSumsToZero) {
  const EchoRequest request = render_echo_request(kEcho);
  EXPECT_EQ(request[0], 8);
  uint32_t sum = 0;
  for (size_t i = 0; i < request.size(); i += 2) sum += (uint32_t{request[i]} << 8) + request[i + 1];
  EXPECT_EQ(((sum >> 16) + sum) & 0xffff, 0xffffU);
  EXPECT_EQ(render_echo_request(kEcho6)[0], 128);
}

TEST(IcmpEcho, ItsReplyIsRecognised) {
  EXPECT_TRUE(is_reply(kEcho, EchoSocket::kDatagram, reply_to(kEcho)));
  EXPECT_TRUE(is_reply(kEcho, EchoSocket::kRaw, with_ipv4_header(reply_to(kEcho))));
  EXPECT_TRUE(is_reply(kEcho6, EchoSocket::kDatagram, reply_to(kEcho6)));
  EXPECT_TRUE(is_reply(kEcho6, EchoSocket::kRaw, reply_to(kEcho6)));
}

TEST(IcmpEcho, ADatagramSocketHasAnIdentifierOfItsOwn) {
  Bytes reply = reply_to(kEcho);
  reply[4] ^= 0xff;
  EXPECT_TRUE(is_reply(kEcho, EchoSocket::kDatagram, reply));
  EXPECT_FALSE(is_reply(kEcho, EchoSocket::kRaw, with_ipv4_header(reply)));
}

TEST(IcmpEcho, OtherMessagesAreNot) {
  const Bytes reply = reply_to(kEcho);
  for (const size_t changed : {0, 1, 6, 7, 8, 15}) {
    Bytes other = reply;
    other[changed] ^= 0x01;
    EXPECT_FALSE(is_reply(kEcho, EchoSocket::kDatagram, other)) << changed;
  }
  const EchoRequest own_request = render_echo_request(kEcho);
  EXPECT_FALSE(is_reply(kEcho, EchoSocket::kRaw, with_ipv4_header({own_request.begin(), own_request.end()})));
}

TEST(IcmpEcho, TruncatedAndMalformedPacketsAreNot) {
  const Bytes whole = with_ipv4_header(reply_to(kEcho));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(is_reply(kEcho, EchoSocket::kRaw, std::span(whole).first(size))) << size;
  }
  EXPECT_FALSE(is_reply(kEcho, EchoSocket::kRaw, with_ipv4_header(reply_to(kEcho), 0x41)));
  EXPECT_FALSE(is_reply(kEcho, EchoSocket::kRaw, with_ipv4_header(reply_to(kEcho), 0x4f)));
}

}  // namespace
}  // namespace evenkeel::health
