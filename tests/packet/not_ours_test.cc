// What is not for a virtual service passes untouched, however odd; what is malformed and for a virtual address is
// dropped, and nothing ever aborts.
#include <gtest/gtest.h>

#include "lab.h"

namespace evenkeel::packet {
namespace {

class NotOurs : public Lab {
 protected:
  void SetUp() override {
    open({});
    farm(1);
  }

  void expect_untouched(const Frame& frame) const {
    Output output = send(frame);
    EXPECT_EQ(output.verdict, Verdict::kPass);
    EXPECT_EQ(output.bytes, frame.bytes());
  }

  // Cut after each number of bytes: once everything is there it is forwarded, before never.
  void expect_no_prefix_forwarded(const Frame& frame) {
    Bytes whole = frame.bytes();
    for (size_t length = 14; length < whole.size(); ++length) {
      Verdict result = plane->run(Bytes(whole.begin(), whole.begin() + length)).verdict;
      EXPECT_TRUE(result == Verdict::kPass || result == Verdict::kDrop) << "after " << length << " bytes";
    }
    EXPECT_TRUE(plane->connections().empty());
    EXPECT_TRUE(plane->connections(true).empty());
    EXPECT_GT(count(EK_REASON_MALFORMED_PACKET), 0U);
    EXPECT_EQ(verdict(frame), Verdict::kTransmit);
  }
};

TEST_F(NotOurs, OtherAddressesPortsAndProtocolsPass) {
  expect_untouched(Frame().ipv4(kClient4, "10.77.0.1").tcp(1, kPort, kSyn));
  expect_untouched(Frame().ipv4(kClient4, "10.77.0.1").tcp(1, kPort, kAck));
  expect_untouched(Frame().ipv6(kClient6, "fd77::1").udp(1, kPort));
  expect_untouched(client().tcp(1, 80, kSyn));
  expect_untouched(client6().udp(1, 53));
  Ipv4Fields vrrp;
  vrrp.protocol = 112;
  expect_untouched(Frame().ipv4(kClient4, "224.0.0.18", vrrp).raw(Bytes(20, 1)));
  expect_untouched(client(kClient4, vrrp).raw(Bytes(20, 1)));
  EXPECT_EQ(plane->all_reasons(), 0U);
}

TEST_F(NotOurs, OtherEtherTypesAndMulticastPass) {
  expect_untouched(Frame().vlan(1, 0x0806).raw(Bytes(46, 1)));
  expect_untouched(Frame().vlan(1).vlan(2).vlan(3).ipv4(kClient4, kVirtual4).tcp(1, kPort, kSyn));
  expect_untouched(client().destination_mac({0xff, 0xff, 0xff, 0xff, 0xff, 0xff}).tcp(1, kPort, kSyn));
  expect_untouched(client6().destination_mac({0x33, 0x33, 0, 0, 0, 1}).udp(1, kPort));
}

// A path check's answer: from the virtual address to the load balancer's own.
TEST_F(NotOurs, AnswersToTheLoadBalancersOwnQuestionsAtAVirtualAddressPass) {
  expect_untouched(Frame().ipv4(kVirtual4, "10.77.0.2").tcp(kPort, 61200, kSyn | kAck));
  expect_untouched(Frame().ipv4(kVirtual4, "10.77.0.2").tcp(kPort, 61200, kRst | kAck));
  expect_untouched(Frame().ipv6(kVirtual6, "fd77::2").tcp(kPort, 61200, kSyn | kAck));
  expect_untouched(Frame().ipv6(kVirtual6, "fd77::2").udp(kPort, 61200));
  EXPECT_EQ(plane->all_reasons(), 0U);
}

TEST_F(NotOurs, MalformedForOthersPasses) {
  Ipv4Fields longer;
  longer.length_error = 100;
  expect_untouched(Frame().ipv4(kClient4, "10.77.0.1", longer).tcp(1, kPort, kSyn));
  expect_untouched(Frame().ipv6(kClient6, "fd77::1", 100).tcp(1, kPort, kSyn));
  EXPECT_EQ(plane->all_reasons(), 0U);
}

TEST_F(NotOurs, EchoToTheVirtualAddressIsTheLocalStacks) {
  expect_untouched(client().icmp(8, 0).raw(Bytes(56, 7)));
  expect_untouched(client6().icmp(128, 0, true).raw(Bytes(56, 7)));
  EXPECT_EQ(plane->all_reasons(), 0U);
}

TEST_F(NotOurs, LengthsThatContradictEachOther) {
  auto broken = [](size_t at, uint8_t value, Frame frame) {
    Bytes bytes = frame.bytes();
    bytes[at] = value;
    return bytes;
  };
  const std::vector<std::pair<const char*, Bytes>> cases = {
      {"IP version", broken(14, 0x55, client().tcp(1, kPort, kSyn))},
      {"header length 4", broken(14, 0x44, client().tcp(1, kPort, kSyn))},
      {"header longer than the packet", broken(14, 0x4f, client().tcp(1, kPort, kSyn))},
      {"total length below the header", broken(17, 19, client().tcp(1, kPort, kSyn))},
      {"total length leaves no TCP header", broken(17, 39, client().tcp(1, kPort, kSyn))},
      {"TCP header length 4", broken(14 + 20 + 12, 0x40, client().tcp(1, kPort, kSyn))},
      {"TCP header longer than the packet", broken(14 + 20 + 12, 0x60, client().tcp(1, kPort, kSyn))},
      {"UDP length 7", broken(14 + 20 + 5, 7, client().udp(1, kPort))},
      {"UDP length beyond the packet", broken(14 + 20 + 5, 17, client().udp(1, kPort))},
      {"IPv6 version", broken(14, 0x50, client6().tcp(1, kPort, kSyn))},
      {"IPv6 payload beyond the frame", broken(14 + 5, 21, client6().tcp(1, kPort, kSyn))},
      {"IPv6 payload leaves no TCP header", broken(14 + 5, 19, client6().tcp(1, kPort, kSyn))},
      {"extension header beyond the packet", broken(14 + 41, 200, client6().extension(kHopByHop).udp(1, kPort))},
  };
  uint64_t dropped = 0;
  for (const auto& [what, bytes] : cases) {
    EXPECT_EQ(plane->run(bytes).verdict, Verdict::kDrop) << what;
    EXPECT_EQ(count(EK_REASON_MALFORMED_PACKET), ++dropped) << what;
  }
}

TEST_F(NotOurs, PaddingBehindThePacketIsFine) {
  EXPECT_EQ(verdict(client().tcp(1, kPort, kSyn).padding(6)), Verdict::kTransmit);
  EXPECT_EQ(verdict(client6().udp(1, kPort).padding(100)), Verdict::kTransmit);
}

TEST_F(NotOurs, TruncatedAnywhereTcp4) {
  Ipv4Fields options;
  options.options = Bytes(12, 1);
  expect_no_prefix_forwarded(Frame().vlan(0).ipv4(kClient4, kVirtual4, options).tcp(1, kPort, kSyn, 30));
}

TEST_F(NotOurs, TruncatedAnywhereUdp4) {
  expect_no_prefix_forwarded(client().udp(1, kPort, 20));
}

TEST_F(NotOurs, TruncatedAnywhereTcp6) {
  expect_no_prefix_forwarded(Frame()
                                 .vlan(0)
                                 .vlan(0)
                                 .ipv6(kClient6, kVirtual6)
                                 .extension(kHopByHop)
                                 .extension(kRouting, 24)
                                 .tcp(1, kPort, kSyn, 30));
}

TEST_F(NotOurs, TruncatedAnywhereUdp6) {
  expect_no_prefix_forwarded(client6().udp(1, kPort, 20));
}

TEST_F(NotOurs, SegmentOfNoConnectionIsLeftToTheLocalStack) {
  for (uint8_t flags : {uint8_t{kAck}, uint8_t{kSyn | kAck}, uint8_t{kRst}, uint8_t{kFin | kAck}, uint8_t{0},
                        uint8_t{kSyn | kFin}, uint8_t{kSyn | kRst}}) {
    expect_untouched(client().tcp(1, kPort, flags));
  }
  EXPECT_EQ(count(EK_REASON_NOT_A_CONNECTION), 7U);
  EXPECT_TRUE(plane->connections().empty());
}

}  // namespace
}  // namespace evenkeel::packet
