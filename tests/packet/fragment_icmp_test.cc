// Fragments follow their first one; ICMP errors reach the real server that has the connection.
#include <gtest/gtest.h>

#include "lab.h"

namespace evenkeel::packet {
namespace {

constexpr uint16_t kMoreFragments = 0x2000;

class Fragments : public Lab {
 protected:
  static Ipv4Fields piece(uint16_t id, uint16_t fragment, uint8_t protocol = kUdp) {
    Ipv4Fields fields;
    fields.id = id;
    fields.fragment = fragment;
    fields.protocol = protocol;
    return fields;
  }
  static Frame later(uint16_t id, uint16_t offset = 100, uint8_t protocol = kUdp) {
    return client(kClient4, piece(id, offset, protocol)).raw(Bytes(64, 3));
  }
  static Frame first(uint16_t id, uint16_t port) {
    return client(kClient4, piece(id, kMoreFragments)).udp(port, kPort, 800);
  }
};

TEST_F(Fragments, FollowTheFirst) {
  farm(4);
  for (uint16_t id = 1; id <= 8; ++id) {
    uint32_t server = send_to(first(id, 5000 + id));
    ASSERT_NE(server, 0U);
    EXPECT_EQ(send_to(later(id, kMoreFragments | 100)), server);
    EXPECT_EQ(send_to(later(id, 200)), server);
  }
  EXPECT_EQ(plane->connections().size(), 8U);
}

TEST_F(Fragments, TcpToo) {
  farm(2);
  uint32_t server = establish(kClient4, 1234);
  EXPECT_EQ(send_to(client(kClient4, piece(9, kMoreFragments, kTcp)).tcp(1234, kPort, kAck, 100)), server);
  EXPECT_EQ(send_to(later(9, 15, kTcp)), server);
}

TEST_F(Fragments, AreNotTranslatedAsWhatHasTakenTheirWaySince) {
  open({.sets4 = 1});
  RealServerOptions translated;
  translated.method = EK_METHOD_NAT;
  translated.address = "10.78.0.21";
  farm(1, {}, translated);
  send_to(client().tcp(40000, kPort, kSyn));
  EXPECT_EQ(verdict(client(kClient4, piece(5, kMoreFragments, kTcp)).tcp(40000, kPort, kAck, 100)), Verdict::kTransmit);
  EXPECT_EQ(verdict(later(5, 15, kTcp)), Verdict::kTransmit);
  send_to(client().tcp(40000, kPort, kRst));
  plane->advance(12);
  for (uint16_t port = 1; port <= EK_SET_WAYS; ++port)
    EXPECT_EQ(verdict(client("10.77.1.61").tcp(port, kPort, kSyn)), Verdict::kTransmit);
  EXPECT_EQ(verdict(later(5, 15, kTcp)), Verdict::kDrop) << "with another client's address it would be that client's";
  EXPECT_EQ(count(EK_REASON_FRAGMENT_UNKNOWN), 1U);
}

TEST_F(Fragments, UnknownIsDroppedForAVirtualAddressOnly) {
  farm(1);
  EXPECT_EQ(verdict(later(1)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_FRAGMENT_UNKNOWN), 1U);
  EXPECT_EQ(verdict(Frame().ipv4(kClient4, "10.77.0.1", piece(1, 100)).raw(Bytes(64, 3))), Verdict::kPass);
  EXPECT_EQ(verdict(later(1, 100, kIcmp)), Verdict::kPass);
  EXPECT_EQ(count(EK_REASON_FRAGMENT_UNKNOWN), 1U);
}

TEST_F(Fragments, OfTheLocalStackStayThere) {
  farm(1);
  EXPECT_EQ(verdict(client(kClient4, piece(4, kMoreFragments)).udp(1, 53, 800)), Verdict::kPass);
  EXPECT_EQ(verdict(later(4)), Verdict::kPass);
  EXPECT_EQ(plane->all_reasons(), 0U);
}

TEST_F(Fragments, NoteEndsWithTime) {
  farm(1);
  EXPECT_EQ(send_to(first(1, 5000)), 1U);
  plane->advance(30);
  EXPECT_EQ(send_to(later(1)), 1U);
  plane->advance(1);
  EXPECT_EQ(verdict(later(1)), Verdict::kDrop);
}

TEST_F(Fragments, OfAHaltedRealServerAreDropped) {
  farm(1);
  EXPECT_EQ(send_to(first(1, 5000)), 1U);
  plane->set_real_server(1, with_flags(kHalted));
  EXPECT_EQ(verdict(later(1)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_HALTED), 1U);
}

TEST_F(Fragments, Ipv6) {
  farm(4);
  uint32_t server = send_to(client6().extension(kHopByHop).fragment_header(1, 77).udp(5000, kPort, 800));
  ASSERT_NE(server, 0U);
  EXPECT_EQ(send_to(client6().extension(kHopByHop).fragment_header(101 << 3, 77, kUdp).raw(Bytes(64, 3))), server);
  EXPECT_EQ(verdict(client6().fragment_header(101 << 3, 78, kUdp).raw(Bytes(64, 3))), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_FRAGMENT_UNKNOWN), 1U);
  EXPECT_NE(send_to(client6().fragment_header(0, 79).udp(5001, kPort)), 0U) << "an atomic fragment is a whole packet";
}

class IcmpErrors : public Lab {
 protected:
  const std::string router4 = "10.77.9.9", router6 = "fd77:9::9";

  // What the real server had sent: from the virtual address to the client.
  static Frame answer4(uint16_t client_port, Ipv4Fields fields = {}) {
    return Frame().ipv4(kVirtual4, kClient4, std::move(fields)).tcp(kPort, client_port, kAck);
  }
  Frame error4(uint8_t type, const Frame& about, size_t limit = 28) const {
    return Frame().ipv4(router4, kVirtual4).icmp(type, 4).embedded(about, limit);
  }
  Frame error6(uint8_t type, const Frame& about, size_t limit) const {
    return Frame().ipv6(router6, kVirtual6).icmp(type, 0, true).embedded(about, limit);
  }
};

TEST_F(IcmpErrors, ReachTheRealServerThatHasTheConnection) {
  farm(4);
  for (uint16_t port = 1; port <= 8; ++port) {
    uint32_t server = establish(kClient4, port);
    for (uint8_t type : {3, 11, 12}) {
      EXPECT_EQ(send_to(error4(type, answer4(port))), server);
    }
  }
  Bytes before = plane->table_bytes();
  send(error4(3, answer4(1)));
  EXPECT_EQ(plane->table_bytes(), before) << "an error changes no state";
}

TEST_F(IcmpErrors, WithTagsOptionsAndUdpInside) {
  farm(4);
  uint32_t tcp = establish(kClient4, 1), udp = send_to(client().udp(7, kPort));
  Ipv4Fields options;
  options.options = Bytes(8, 1);
  EXPECT_EQ(send_to(Frame().vlan(0).ipv4(router4, kVirtual4, options).icmp(3, 4).embedded(answer4(1), 28)), tcp);
  EXPECT_EQ(send_to(error4(3, answer4(1, options), 36)), tcp);
  EXPECT_EQ(send_to(error4(3, Frame().ipv4(kVirtual4, kClient4).udp(kPort, 7))), udp);
}

TEST_F(IcmpErrors, Ipv6) {
  farm(4);
  uint32_t server = send_to(client6().tcp(1, kPort, kSyn));
  Frame answer = Frame().ipv6(kVirtual6, kClient6).tcp(kPort, 1, kAck);
  Frame with_extension = Frame().ipv6(kVirtual6, kClient6).extension(kDestinationOptions).tcp(kPort, 1, kAck);
  for (uint8_t type : {1, 2, 3, 4}) {
    EXPECT_EQ(send_to(error6(type, answer, 48)), server);
  }
  EXPECT_EQ(send_to(error6(2, with_extension, 56)), server);
  EXPECT_EQ(verdict(error6(5, answer, 48)), Verdict::kPass);
}

TEST_F(IcmpErrors, UnknownOnesAreLeftToTheLocalStack) {
  farm(1);
  EXPECT_EQ(verdict(error4(3, answer4(1))), Verdict::kPass);
  EXPECT_EQ(count(EK_REASON_ICMP_UNKNOWN), 1U);
  EXPECT_EQ(verdict(error6(1, Frame().ipv6(kVirtual6, kClient6).udp(kPort, 1), 48)), Verdict::kPass);
  EXPECT_EQ(count(EK_REASON_ICMP_UNKNOWN), 2U);
}

TEST_F(IcmpErrors, AboutSomethingElsePassUncounted) {
  farm(1);
  establish(kClient4, 1);
  Frame others = Frame().ipv4("10.77.0.1", kClient4).tcp(kPort, 1, kAck);
  EXPECT_EQ(verdict(error4(3, others)), Verdict::kPass) << "not sent by the virtual address";
  EXPECT_EQ(verdict(error4(3, answer4(1), 27)), Verdict::kPass) << "too short to say";
  EXPECT_EQ(verdict(error4(5, answer4(1))), Verdict::kPass) << "a redirect is no error";
  Ipv4Fields later;
  later.fragment = 100;
  EXPECT_EQ(verdict(error4(3, answer4(1, later))), Verdict::kPass) << "no ports in a later fragment";
  EXPECT_EQ(plane->all_reasons(), 0U);
}

TEST_F(IcmpErrors, OfAHaltedRealServerAreDropped) {
  farm(1);
  establish(kClient4, 1);
  plane->set_real_server(1, with_flags(kHalted));
  EXPECT_EQ(verdict(error4(3, answer4(1))), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_HALTED), 1U);
}

TEST_F(IcmpErrors, TruncatedAnywhereNeverAborts) {
  farm(1);
  establish(kClient4, 1);
  Bytes whole = error4(3, answer4(1)).bytes();
  for (size_t length = 14; length < whole.size(); ++length) {
    Verdict result = plane->run(Bytes(whole.begin(), whole.begin() + length)).verdict;
    EXPECT_TRUE(result == Verdict::kPass || result == Verdict::kDrop) << length;
  }
}

}  // namespace
}  // namespace evenkeel::packet
