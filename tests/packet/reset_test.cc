// Resets in the name of a real server that is halted or has failed, where the service asks for them.
#include <gtest/gtest.h>

#include "decoded.h"
#include "lab.h"

namespace evenkeel::packet {
namespace {

constexpr uint32_t kResetting = EK_REAL_SERVER_HAS_NEXT_HOP | EK_REAL_SERVER_RESETS;

class Reset : public Lab, public testing::WithParamInterface<bool> {
 protected:
  static bool ipv6() { return GetParam(); }
  static Frame packet(uint8_t flags, size_t payload = 0) {
    return (ipv6() ? client6() : client()).tcp(1, kPort, flags, payload);
  }
  void establish_and_halt() {
    farm(1);
    send(packet(kSyn));
    send(packet(kAck));
    plane->set_real_server(1, with_flags(kResetting));
  }
};

TEST_P(Reset, AnswersTheNextSegment) {
  establish_and_halt();
  Bytes frame = packet(kAck | kPsh, 100).bytes();
  const size_t tcp = ipv6() ? 54 : 34;
  frame[tcp + 8] = 0x12;  // acknowledges 0x12345678
  frame[tcp + 9] = 0x34;
  frame[tcp + 10] = 0x56;
  frame[tcp + 11] = 0x78;
  Output output = plane->run(frame);
  ASSERT_EQ(output.verdict, Verdict::kTransmit);
  Decoded reset(output.bytes);
  EXPECT_EQ(reset.source(), ipv6() ? kVirtual6 : kVirtual4);
  EXPECT_EQ(reset.destination(), ipv6() ? kClient6 : kClient4);
  EXPECT_EQ(reset.source_port(), kPort);
  EXPECT_EQ(reset.destination_port(), 1);
  EXPECT_EQ(output.bytes.at(tcp + 13), kRst);
  EXPECT_EQ(get16(output.bytes, tcp + 4), 0x1234) << "its sequence number is the one that was acknowledged";
  EXPECT_EQ(get16(output.bytes, tcp + 6), 0x5678);
  EXPECT_TRUE(reset.ip_checksum_holds());
  EXPECT_TRUE(reset.l4_checksum_holds());
  EXPECT_EQ(reset.end(), output.bytes.size());
  EXPECT_EQ(reset.mac(), Bytes(frame.begin() + 6, frame.begin() + 12));
  EXPECT_EQ(count(EK_REASON_RESET), 1U);
  EXPECT_EQ(count(EK_REASON_HALTED), 0U);
}

TEST_P(Reset, ASegmentWithoutAcknowledgementIsAcknowledged) {
  establish_and_halt();
  Output output = send(packet(kFin | kPsh, 9));
  ASSERT_EQ(output.verdict, Verdict::kTransmit);
  const size_t tcp = ipv6() ? 54 : 34;
  EXPECT_EQ(output.bytes.at(tcp + 13), kRst | kAck);
  EXPECT_EQ(get16(output.bytes, tcp + 10), 1000 + 9 + 1) << "what it sent, and its FIN";
}

TEST_P(Reset, AResetIsNotAnswered) {
  establish_and_halt();
  EXPECT_EQ(send(packet(kRst)).verdict, Verdict::kDrop);
}

TEST_P(Reset, UdpIsNotAnswered) {
  farm(1);
  send((ipv6() ? client6() : client()).udp(1, kPort));
  plane->set_real_server(1, with_flags(kResetting));
  EXPECT_EQ(send((ipv6() ? client6() : client()).udp(1, kPort)).verdict, Verdict::kDrop);
}

INSTANTIATE_TEST_SUITE_P(Families, Reset, testing::Bool(),
                         [](const auto& info) { return info.param ? "Ipv6" : "Ipv4"; });

}  // namespace
}  // namespace evenkeel::packet
