// Frames whose sender has left the checksum to hardware that there is none of.
#include <gtest/gtest.h>

#include "decoded.h"
#include "lab.h"

namespace evenkeel::packet {
namespace {

struct Way {
  ek_forwarding_method method;
  bool ipv6;
};

class PartialChecksum : public Lab, public testing::WithParamInterface<Way> {
 protected:
  void SetUp() override { serve(0); }

  void serve(uint16_t vlan) {
    open({});
    RealServerOptions server;
    server.method = GetParam().method;
    server.vlan = vlan;
    if (server.method != EK_METHOD_DIRECT_ROUTING) server.address = real_address();
    farm(1, {}, server);
    plane->arrays().partial_checksums = EK_CHECKSUMS_COMPLETED;
  }

  static bool ipv6() { return GetParam().ipv6; }
  static bool is_translated() { return GetParam().method != EK_METHOD_DIRECT_ROUTING; }
  static std::string real_address() { return ipv6() ? "fd78::21" : "10.78.0.21"; }
  static std::string client_address() { return ipv6() ? kClient6 : kClient4; }
  static std::string virtual_address() { return ipv6() ? kVirtual6 : kVirtual4; }
  static Frame to(Frame frame) {
    return ipv6() ? frame.ipv6(client_address(), virtual_address()) : frame.ipv4(client_address(), virtual_address());
  }
  static Frame from_real_server() {
    const std::string to = GetParam().method == EK_METHOD_SNAT ? virtual_address() : client_address();
    return ipv6() ? Frame().ipv6(real_address(), to) : Frame().ipv4(real_address(), to);
  }
  void expect_completed(Bytes frame) const {
    const Output output = plane->run(Decoded(frame).with_partial_checksum());
    ASSERT_EQ(output.verdict, Verdict::kTransmit);
    EXPECT_TRUE(Decoded(output.bytes).l4_checksum_holds()) << frame.size() << " bytes";
  }
  void expect_left(Bytes frame) const {
    Output output = plane->run(Decoded(frame).with_partial_checksum());
    ASSERT_EQ(output.verdict, Verdict::kTransmit);
    EXPECT_EQ(output.bytes, Decoded(output.bytes).with_partial_checksum()) << frame.size() << " bytes";
  }
};

TEST_P(PartialChecksum, TcpOfEveryLengthIsCompleted) {
  expect_completed(to(Frame()).tcp(4000, kPort, kSyn).bytes());
  for (size_t payload = 0; payload < 300; ++payload)
    expect_completed(to(Frame()).tcp(4000, kPort, kAck | kPsh, payload).bytes());
  expect_completed(to(Frame()).tcp(4000, kPort, kAck, 1460).bytes());
}

TEST_P(PartialChecksum, UdpIsCompleted) {
  for (size_t payload : {0, 1, 8, 119, 120, 121, 1400}) expect_completed(to(Frame()).udp(4000, kPort, payload).bytes());
}

TEST_P(PartialChecksum, AnswersAreCompleted) {
  if (!is_translated()) GTEST_SKIP() << "answers go round the load balancer";
  expect_completed(to(Frame()).tcp(4000, kPort, kSyn).bytes());
  for (uint8_t flags : {kSyn | kAck, kPsh | kAck, kFin | kAck})
    expect_completed(from_real_server().tcp(kPort, 4000, flags, flags == kAck ? 0 : 77).bytes());
}

TEST_P(PartialChecksum, BehindTags) {
  serve(7);
  expect_completed(to(Frame().vlan(7)).tcp(4000, kPort, kSyn).bytes());
}

TEST_P(PartialChecksum, InGenericModeTheyAreLeftToTheKernel) {
  plane->arrays().partial_checksums = EK_CHECKSUMS_LEFT;
  expect_left(to(Frame()).tcp(4000, kPort, kSyn).bytes());
  for (size_t payload : {0, 1, 8, 121, 1400}) {
    expect_left(to(Frame()).tcp(4000, kPort, kAck | kPsh, payload).bytes());
    expect_left(to(Frame()).udp(4000, kPort, payload).bytes());
    if (is_translated()) expect_left(from_real_server().tcp(kPort, 4000, kPsh | kAck, payload).bytes());
  }
}

TEST_P(PartialChecksum, RightOnesAreRightInGenericModeToo) {
  plane->arrays().partial_checksums = EK_CHECKSUMS_LEFT;
  for (size_t payload = 1; payload < 200; ++payload) {
    const Bytes frame = to(Frame()).udp(4000, kPort, payload).bytes();
    EXPECT_TRUE(Decoded(plane->run(Decoded(frame).with_l4_checksum()).bytes).l4_checksum_holds());
  }
}

TEST_P(PartialChecksum, RightAndWrongOnesStayWhatTheyAre) {
  for (size_t payload = 1; payload < 200; ++payload) {
    Bytes frame = to(Frame()).udp(4000, kPort, payload).bytes();
    Output output = plane->run(Decoded(frame).with_l4_checksum());
    EXPECT_TRUE(Decoded(output.bytes).l4_checksum_holds());
    Bytes wrong = Decoded(frame).with_l4_checksum();
    wrong.back() ^= 0x55;  // damaged on its way: the receiver is to notice
    output = plane->run(wrong);
    EXPECT_FALSE(Decoded(output.bytes).l4_checksum_holds());
  }
}

TEST_P(PartialChecksum, AFirstFragmentHasNotAllThatIsSummed) {
  if (ipv6()) GTEST_SKIP() << "checksums are not written behind extension headers here";
  Ipv4Fields first;
  first.fragment = 0x2000;
  Frame piece = Frame().ipv4(client_address(), virtual_address(), first);
  const Bytes looks_partial = Decoded(piece.udp(4000, kPort, 16).bytes()).with_partial_checksum();
  const Output output = plane->run(looks_partial);
  ASSERT_EQ(output.verdict, Verdict::kTransmit);
  plane->arrays().partial_checksums = EK_CHECKSUMS_WHOLE;
  EXPECT_EQ(output.bytes, plane->run(looks_partial).bytes);
}

TEST_P(PartialChecksum, WithoutSuchInterfacesNothingIsTouched) {
  plane->arrays().partial_checksums = EK_CHECKSUMS_WHOLE;
  const Output output = plane->run(Decoded(to(Frame()).tcp(4000, kPort, kSyn, 9).bytes()).with_partial_checksum());
  EXPECT_FALSE(Decoded(output.bytes).l4_checksum_holds());
}

INSTANTIATE_TEST_SUITE_P(Ways, PartialChecksum,
                         testing::Values(Way{EK_METHOD_DIRECT_ROUTING, false}, Way{EK_METHOD_DIRECT_ROUTING, true},
                                         Way{EK_METHOD_NAT, false}, Way{EK_METHOD_NAT, true},
                                         Way{EK_METHOD_SNAT, false}, Way{EK_METHOD_SNAT, true}),
                         [](const auto& info) {
                           const char* method = info.param.method == EK_METHOD_DIRECT_ROUTING ? "Dr"
                                                : info.param.method == EK_METHOD_NAT          ? "Nat"
                                                                                              : "Snat";
                           return std::string(method) + (info.param.ipv6 ? "6" : "4");
                         });

}  // namespace
}  // namespace evenkeel::packet
