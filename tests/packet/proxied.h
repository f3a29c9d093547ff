#pragma once
// Fixture of tests of connections that begin with a SYN cookie: the handshake with both ends, whose numbers differ.

#include "segment.h"
#include "ways.h"

namespace evenkeel::packet {

constexpr uint32_t kClientIsn = 0xfffffff0, kServerIsn = 0x00000100;  // both wrap round early

inline Bytes syn_options(uint16_t segment, int window_scale) {
  Bytes options = {2, 4, static_cast<uint8_t>(segment >> 8), static_cast<uint8_t>(segment & 255)};
  if (window_scale < 0) return options;
  const Bytes scale = {1, 3, 3, static_cast<uint8_t>(window_scale)};
  options.insert(options.end(), scale.begin(), scale.end());
  return options;
}

class ProxyLab : public WayLab {
 protected:
  void SetUp() override {
    open({});
    serve({});
  }

  // Every SYN is above the limit: one connection waits for its client.
  void serve(ServiceOptions options) {
    options.flags |= EK_SERVICE_SYN_COOKIES;
    options.half_open_limit = 1;
    farm(1, options, real_server());
    send((ipv6() ? client6("fd77:1::77") : client("10.77.1.77")).tcp(1, kPort, kSyn));
    ASSERT_EQ(plane->service_live(service).half_open, 1U);
  }

  Output from_client(const Segment& segment) const {
    return plane->run(with_segment(ip(client_address(), virtual_address()), kClientPort, kPort, segment));
  }
  Output from_real_server(const Segment& segment) const {
    return plane->run(with_segment(ip(real_address(), source_address()), kPort, kClientPort, segment));
  }
  static Segment at_client(const Output& output) {
    EXPECT_EQ(output.verdict, Verdict::kTransmit);
    const Decoded packet(output.bytes);
    EXPECT_EQ(packet.source(), virtual_address());
    EXPECT_EQ(packet.destination(), client_address());
    EXPECT_EQ(packet.source_port(), kPort);
    EXPECT_EQ(packet.destination_port(), kClientPort);
    return sound(packet);
  }
  static Segment at_real_server(const Output& output) {
    EXPECT_EQ(output.verdict, Verdict::kTransmit);
    const Decoded packet(output.bytes);
    EXPECT_EQ(packet.source(), source_address());
    EXPECT_EQ(packet.destination(), real_address());
    EXPECT_EQ(packet.mac(), DataPlane::mac_of(1));
    return sound(packet);
  }
  static Segment sound(const Decoded& packet) {
    EXPECT_TRUE(packet.ip_checksum_holds());
    EXPECT_TRUE(packet.l4_checksum_holds());
    EXPECT_EQ(packet.end(), packet.bytes().size());
    return Segment::of(packet);
  }

  // What the client does first; returns the cookie.
  uint32_t ask(int window_scale = 5, uint16_t segment = 1460) const {
    const Segment answer =
        at_client(from_client({.flags = kSyn, .sequence = kClientIsn, .options = syn_options(segment, window_scale)}));
    EXPECT_EQ(answer.flags, kSyn | kAck);
    EXPECT_EQ(answer.acknowledged, kClientIsn + 1);
    return answer.sequence;
  }
  Segment acknowledge(uint32_t cookie) const {
    return at_real_server(
        from_client({.flags = kAck, .sequence = kClientIsn + 1, .acknowledged = cookie + 1, .window = 500}));
  }
  Segment accept(int window_scale = 9) const {
    return at_client(from_real_server({.flags = kSyn | kAck,
                                       .sequence = kServerIsn,
                                       .acknowledged = kClientIsn + 1,
                                       .window = 64000,
                                       .options = syn_options(1460, window_scale)}));
  }
  // The whole handshake.
  uint32_t establish_proxied(int client_scale = 5, int server_scale = 9) const {
    const uint32_t cookie = ask(client_scale);
    acknowledge(cookie);
    accept(server_scale);
    at_real_server(from_client({.flags = kAck, .sequence = kClientIsn + 1, .acknowledged = cookie + 1}));
    return cookie;
  }
};

}  // namespace evenkeel::packet
