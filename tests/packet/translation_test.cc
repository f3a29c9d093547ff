// NAT and SNAT: what is rewritten on the way to the real server and back, and who is told about errors.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include "decoded.h"
#include "ways.h"

namespace evenkeel::packet {
namespace {

const std::string kRouter4 = "10.99.0.1", kRouter6 = "fd99::1";
constexpr uint16_t kRealPort = 8445;

class Translation : public WayLab {
 protected:
  void SetUp() override {
    open({});
    serve({});
  }

  // One real server, at a port of its own.
  void serve(const ServiceOptions& options) {
    RealServerOptions server = real_server();
    server.port = kRealPort;
    farm(1, options, server);
  }

  Decoded from_client(uint8_t flags, size_t payload = 0, uint16_t port = kClientPort) const {
    return pass(ip(client_address(), virtual_address()).tcp(port, kPort, flags, payload));
  }
  Decoded from_real_server(uint8_t flags, size_t payload = 0, uint16_t port = kClientPort) const {
    return pass(ip(real_address(), source_address()).tcp(kRealPort, port, flags, payload));
  }
  static Bytes on_its_last_hop(const Frame& frame) {
    Bytes bytes = frame.bytes();
    bytes[ipv6() ? 14 + 7 : 14 + 8] = 1;
    return bytes;
  }
  // Sends it with right checksums; it must be forwarded.
  Decoded pass(const Frame& frame) const {
    Output output = plane->run(Decoded(frame.bytes()).with_l4_checksum());
    EXPECT_EQ(output.verdict, Verdict::kTransmit);
    return Decoded(output.bytes);
  }
  static void expect_sound(const Decoded& packet) {
    EXPECT_TRUE(packet.ip_checksum_holds());
    EXPECT_TRUE(packet.l4_checksum_holds());
    EXPECT_EQ(packet.ttl(), 63);
  }
  void expect_at_real_server(const Decoded& packet) const {
    EXPECT_EQ(packet.source(), source_address());
    EXPECT_EQ(packet.destination(), real_address());
    EXPECT_EQ(packet.source_port(), kClientPort);
    EXPECT_EQ(packet.destination_port(), kRealPort);
    EXPECT_EQ(packet.mac(), DataPlane::mac_of(1));
    expect_sound(packet);
  }
  static void expect_at_client(const Decoded& packet) {
    EXPECT_EQ(packet.source(), virtual_address());
    EXPECT_EQ(packet.destination(), client_address());
    EXPECT_EQ(packet.source_port(), kPort);
    EXPECT_EQ(packet.destination_port(), kClientPort);
    expect_sound(packet);
  }
  static uint32_t folded(const std::string& address) {
    uint32_t words[4] = {};
    if (ipv6()) {
      inet_pton(AF_INET6, address.c_str(), words);
    } else {
      inet_pton(AF_INET, address.c_str(), &words[3]);
    }
    return ek_folded_address(words);
  }
  static uint32_t place_of(const std::string& address) { return ek_translated_place(folded(address)); }
  // One connection each to the real server that there is and to one with this address.
  void expect_both_are_answered(const std::string& other) {
    RealServerOptions server = real_server();
    server.address = other;
    plane->reset();
    farm({real_server(), server});
    for (uint16_t i = 0; i < 2; ++i) {
      const uint16_t port = kClientPort + i;
      const Decoded request = pass(ip(client_address(), virtual_address()).tcp(port, kPort, kSyn));
      EXPECT_EQ(request.destination(), i == 0 ? real_address() : other);
      const Decoded answer = pass(ip(request.destination(), source_address()).tcp(kPort, port, kSyn | kAck));
      EXPECT_EQ(answer.source(), virtual_address());
      EXPECT_EQ(answer.destination(), client_address());
    }
  }
  ek_state state() const {
    std::vector<Connection> list = plane->connections(ipv6());
    return list.size() == 1 ? list[0].state : EK_STATES;
  }
};

TEST_P(Translation, TcpThereAndBack) {
  expect_at_real_server(from_client(kSyn));
  expect_at_client(from_real_server(kSyn | kAck));
  expect_at_real_server(from_client(kAck, 33));
  expect_at_real_server(from_client(kAck | kPsh, 1000));
  expect_at_client(from_real_server(kAck, 1000));
  EXPECT_EQ(plane->all_reasons(), 0U);
  EXPECT_EQ(plane->live(1).active, 1U);
  EXPECT_EQ(plane->counters(1).packets, 3U);
  EXPECT_EQ(plane->counters(1).answer_packets, 2U);
}

TEST_P(Translation, UdpThereAndBack) {
  expect_at_real_server(pass(ip(client_address(), virtual_address()).udp(kClientPort, kPort, 101)));
  expect_at_client(pass(ip(real_address(), source_address()).udp(kRealPort, kClientPort, 500)));
}

TEST_P(Translation, UdpWithoutAChecksumGetsNone) {
  if (ipv6()) {
    GTEST_SKIP() << "IPv6 has no UDP without a checksum";
  }
  Output output = send(ip(client_address(), virtual_address()).udp(kClientPort, kPort, 10));
  EXPECT_EQ(Decoded(output.bytes).l4_checksum(), 0);
  output = send(ip(real_address(), source_address()).udp(kRealPort, kClientPort, 10));
  EXPECT_EQ(Decoded(output.bytes).l4_checksum(), 0);
}

TEST_P(Translation, AnswersGoBackTheWayTheClientCame) {
  const Bytes gateway = {2, 0x30, 0, 0, 0, 9};
  from_client(kSyn);
  Bytes ours = Frame().bytes();
  ours.resize(6);
  Bytes frame =
      Decoded(ip(client_address(), virtual_address()).tcp(kClientPort, kPort, kAck).bytes()).with_l4_checksum();
  std::copy(gateway.begin(), gateway.end(), frame.begin() + 6);
  plane->run(frame);
  Decoded answer = from_real_server(kAck);
  EXPECT_EQ(answer.mac(), gateway);
  EXPECT_EQ(answer.source_mac(), ours);
}

TEST_P(Translation, ATaggedClientIsAnsweredWithItsTag) {
  Frame frame = ipv6() ? Frame().vlan(7).ipv6(client_address(), virtual_address())
                       : Frame().vlan(7).ipv4(client_address(), virtual_address());
  expect_at_real_server(pass(frame.tcp(kClientPort, kPort, kSyn)));
  Decoded answer = from_real_server(kSyn | kAck);
  EXPECT_EQ(get16(answer.bytes(), 12), 0x8100);
  EXPECT_EQ(get16(answer.bytes(), 14), 7);
  expect_at_client(answer);
}

TEST_P(Translation, BothSidesMoveTheState) {
  from_client(kSyn);
  from_real_server(kSyn | kAck);
  EXPECT_EQ(state(), EK_STATE_SYN_RECV);
  from_client(kAck);
  EXPECT_EQ(state(), EK_STATE_ESTABLISHED);
  from_client(kFin | kAck);
  EXPECT_EQ(state(), EK_STATE_CLOSE_WAIT);
  from_real_server(kFin | kAck);
  EXPECT_EQ(state(), EK_STATE_TIME_WAIT);
  EXPECT_EQ(plane->live(1).active, 0U);
  EXPECT_EQ(plane->live(1).inactive, 1U);
}

TEST_P(Translation, AResetOfTheRealServerClosesTheConnection) {
  from_client(kSyn);
  from_real_server(kRst | kAck);
  EXPECT_EQ(state(), EK_STATE_CLOSE);
}

TEST_P(Translation, AnswersKeepAConnectionAlive) {
  from_client(kSyn);
  from_client(kAck);
  plane->advance(800);
  from_real_server(kAck);
  plane->advance(800);
  expect_at_client(from_real_server(kAck));
}

// Where real servers' addresses are looked for before anything else, several have one place.
TEST_P(Translation, AnswersOfTwoWhoseAddressesShareAPlaceAreFound) {
  std::string other;
  for (uint32_t number = 2; other.empty(); ++number) {
    const std::string address = ipv6()
                                    ? "fd78::1:" + std::to_string(number % 10000) + ":" + std::to_string(number / 10000)
                                    : "10.79." + std::to_string(number / 256) + "." + std::to_string(number % 256);
    if (place_of(address) == place_of(real_address())) other = address;
  }
  expect_both_are_answered(other);
}

TEST_P(Translation, AnswersOfAnAddressThatFoldsToNothingAreFound) {
  if (!ipv6()) GTEST_SKIP() << "no IPv4 address does";
  EXPECT_EQ(folded("fd78:0:fd78:0:1:0:1:0"), 0U);
  expect_both_are_answered("fd78:0:fd78:0:1:0:1:0");
}

TEST_P(Translation, WhatIsNoAnswerIsTheLocalStacks) {
  from_client(kSyn);
  for (const Frame& frame : {ip(real_address(), source_address()).tcp(kRealPort, kClientPort + 1, kAck),
                             ip(real_address(), source_address()).tcp(kRealPort + 1, kClientPort, kAck),
                             ip(real_address(), source_address()).udp(kRealPort, kClientPort)}) {
    EXPECT_EQ(verdict(frame), Verdict::kPass);
  }
}

TEST_P(Translation, TheLastHopIsNamed) {
  EXPECT_EQ(plane->run(on_its_last_hop(ip(client_address(), virtual_address()).tcp(kClientPort, kPort, kSyn))).verdict,
            Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_TTL_EXPIRED), 1U);
}

TEST_P(Translation, WhatIsDroppedAfterAllIsNotCountedAsForwarded) {
  from_client(kSyn);
  from_real_server(kSyn | kAck);
  from_client(kAck);
  const ek_counters before = plane->counters(1);
  EXPECT_EQ(before.packets, 2U);
  EXPECT_EQ(before.answer_packets, 1U);
  for (const uint8_t flags : {uint8_t{kAck}, uint8_t{kAck | kFin}}) {
    for (const Frame& frame : {ip(client_address(), virtual_address()).tcp(kClientPort, kPort, flags),
                               ip(real_address(), source_address()).tcp(kRealPort, kClientPort, flags)}) {
      EXPECT_EQ(plane->run(on_its_last_hop(frame)).verdict, Verdict::kDrop);
    }
  }
  const ek_counters after = plane->counters(1);
  EXPECT_EQ(after.packets, before.packets);
  EXPECT_EQ(after.bytes, before.bytes);
  EXPECT_EQ(after.answer_packets, before.answer_packets);
  EXPECT_EQ(count(EK_REASON_TTL_EXPIRED), 4U);
}

TEST_P(Translation, HaltedIsDroppedInBothDirections) {
  from_client(kSyn);
  plane->set_real_server(1, real_server(1, kHalted));
  EXPECT_EQ(verdict(ip(client_address(), virtual_address()).tcp(kClientPort, kPort, kAck)), Verdict::kDrop);
  EXPECT_EQ(verdict(ip(real_address(), source_address()).tcp(kRealPort, kClientPort, kAck)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_HALTED), 2U);
}

TEST_P(Translation, AnExpiredConnectionLeavesTheReverseIndex) {
  from_client(kSyn);
  EXPECT_EQ(plane->reverse_entries(ipv6()), 1U);
  plane->advance(61);
  EXPECT_EQ(verdict(ip(real_address(), source_address()).tcp(kRealPort, kClientPort, kSyn | kAck)), Verdict::kPass);
  plane->sweep(ipv6());
  EXPECT_EQ(plane->reverse_entries(ipv6()), 0U);
  EXPECT_TRUE(plane->connections(ipv6()).empty());
}

TEST_P(Translation, AReusedPortIsIndexedAnew) {
  from_client(kSyn);
  from_client(kAck);
  from_client(kFin | kAck);
  expect_at_real_server(from_client(kSyn));
  EXPECT_EQ(plane->reverse_entries(ipv6()), 1U);
  expect_at_client(from_real_server(kSyn | kAck));
}

TEST_P(Translation, WithoutAPortOfItsOwnTheClientsIsKept) {
  plane->set_real_server(1, real_server());
  EXPECT_EQ(from_client(kSyn).destination_port(), kPort);
  Decoded answer = pass(ip(real_address(), source_address()).tcp(kPort, kClientPort, kSyn | kAck));
  EXPECT_EQ(answer.source_port(), kPort);
}

TEST_P(Translation, LaterFragmentsFollowTheFirst) {
  const auto fragment = [&](const std::string& from, const std::string& to, bool first, uint16_t source,
                            uint16_t port) {
    Frame frame;
    if (ipv6()) {
      frame.ipv6(from, to).fragment_header(first ? 1 : 1000, 77, kUdp);
    } else {
      Ipv4Fields fields;
      fields.protocol = kUdp;
      fields.id = 77;
      fields.fragment = first ? 0x2000 : 100;
      frame.ipv4(from, to, fields);
    }
    return first ? frame.udp(source, port, 64) : frame.raw(Bytes(64, 7));
  };
  send(fragment(client_address(), virtual_address(), true, kClientPort, kPort));
  Output later = send(fragment(client_address(), virtual_address(), false, 0, 0));
  ASSERT_EQ(later.verdict, Verdict::kTransmit);
  EXPECT_EQ(Decoded(later.bytes).source(), source_address());
  EXPECT_EQ(Decoded(later.bytes).destination(), real_address());
  EXPECT_TRUE(Decoded(later.bytes).ip_checksum_holds());
  send(fragment(real_address(), source_address(), true, kRealPort, kClientPort));
  later = send(fragment(real_address(), source_address(), false, 0, 0));
  ASSERT_EQ(later.verdict, Verdict::kTransmit);
  EXPECT_EQ(Decoded(later.bytes).source(), virtual_address());
  EXPECT_EQ(Decoded(later.bytes).destination(), client_address());
  EXPECT_TRUE(Decoded(later.bytes).ip_checksum_holds());
}

// The error carries what the sender sent: translated as it was then.
TEST_P(Translation, AnErrorAboutAnAnswerReachesTheRealServer) {
  from_client(kSyn);
  from_real_server(kSyn | kAck);
  const Frame answer = ip(virtual_address(), client_address()).tcp(kPort, kClientPort, kAck, 100);
  const std::string router = ipv6() ? kRouter6 : kRouter4;
  Decoded error =
      pass(ip(router, virtual_address()).icmp(ipv6() ? 1 : 3, 1, ipv6()).embedded(answer, ipv6() ? 60 : 28));
  EXPECT_EQ(error.source(), router) << "it keeps its address";
  EXPECT_EQ(error.destination(), real_address());
  expect_sound(error);
  Decoded carried = error.inner(8);
  EXPECT_EQ(carried.source(), real_address());
  EXPECT_EQ(carried.destination(), source_address());
  EXPECT_EQ(carried.source_port(), kRealPort);
  EXPECT_EQ(carried.destination_port(), kClientPort);
  EXPECT_TRUE(carried.ip_checksum_holds());
}

TEST_P(Translation, AnErrorAboutWhatTheRealServerWasSentReachesTheClient) {
  pass(ip(client_address(), virtual_address()).udp(kClientPort, kPort, 40));
  const Frame sent = ip(source_address(), real_address()).udp(kClientPort, kRealPort, 40);
  for (const std::string& sender : {real_address(), ipv6() ? kRouter6 : kRouter4}) {
    Decoded error = pass(ip(sender, source_address()).icmp(ipv6() ? 1 : 3, 3, ipv6()).embedded(sent, ipv6() ? 60 : 28));
    EXPECT_EQ(error.source(), sender == real_address() ? virtual_address() : sender);
    EXPECT_EQ(error.destination(), client_address());
    expect_sound(error);
    Decoded carried = error.inner(8);
    EXPECT_EQ(carried.source(), client_address());
    EXPECT_EQ(carried.destination(), virtual_address());
    EXPECT_EQ(carried.source_port(), kClientPort);
    EXPECT_EQ(carried.destination_port(), kPort);
    EXPECT_TRUE(carried.ip_checksum_holds());
  }
}

TEST_P(Translation, WithoutRoomItIsDroppedAndNamed) {
  open({.sets4 = 1, .sets6 = 1});
  serve({});
  for (uint16_t port = 1; port <= EK_SET_WAYS; ++port) {
    from_client(kSyn, 0, port);
    from_client(kAck, 0, port);
  }
  EXPECT_EQ(verdict(ip(client_address(), virtual_address()).tcp(100, kPort, kSyn)), Verdict::kDrop);
  EXPECT_EQ(verdict(ip(client_address(), virtual_address()).tcp(101, kPort, kAck)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_TABLE_FULL), 2U);
}

INSTANTIATE_TEST_SUITE_P(Methods, Translation, translating_ways(), name_of_way);

}  // namespace
}  // namespace evenkeel::packet
