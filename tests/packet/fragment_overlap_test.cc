// Fragments that would hide a TCP header, or overwrite it in the datagram (RFC 1858, RFC 3128): both families.
#include <gtest/gtest.h>

#include "lab.h"

namespace evenkeel::packet {
namespace {

class FragmentOverlap : public Lab, public testing::WithParamInterface<bool> {
 protected:
  static bool ipv6() { return GetParam(); }
  static Frame piece(uint16_t id, uint16_t offset, bool is_last, uint8_t protocol = kTcp,
                     const std::string& to = ipv6() ? kVirtual6 : kVirtual4) {
    if (ipv6()) {
      return Frame().ipv6(kClient6, to).fragment_header(static_cast<uint16_t>(offset << 3 | !is_last), id, protocol);
    }
    Ipv4Fields fields;
    fields.id = id;
    fields.fragment = static_cast<uint16_t>(offset | (is_last ? 0 : 0x2000));
    fields.protocol = protocol;
    return Frame().ipv4(kClient4, to, fields);
  }
  static Frame first(uint16_t id) { return piece(id, 0, false).tcp(1234, kPort, kSyn, 100); }
  static Frame later(uint16_t id, uint16_t offset, bool is_last, uint8_t protocol = kTcp) {
    return piece(id, offset, is_last, protocol).raw(Bytes(16, 3));
  }
};

// Units of 8 bytes: at 1 are the flags, at 2 the checksum and the urgent pointer; at 3 options may begin, or data.
TEST_P(FragmentOverlap, OfATcpHeaderIsMalformed) {
  farm(1);
  ASSERT_EQ(send_to(first(7)), 1U);
  for (const bool is_last : {false, true}) {
    for (const uint16_t offset : {1, 2}) EXPECT_EQ(verdict(later(7, offset, is_last)), Verdict::kDrop) << offset;
    EXPECT_EQ(send_to(later(7, 3, is_last)), 1U);
  }
  EXPECT_EQ(count(EK_REASON_MALFORMED_PACKET), 4U);
  EXPECT_EQ(plane->all_reasons(), 4U);
  EXPECT_EQ(plane->counters(1).packets, 3U);
}

TEST_P(FragmentOverlap, OfATcpHeaderIsMalformedBeforeItsFirstOneToo) {
  farm(1);
  EXPECT_EQ(verdict(later(7, 1, true)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_MALFORMED_PACKET), 1U);
  EXPECT_EQ(count(EK_REASON_FRAGMENT_UNKNOWN), 0U);
}

TEST_P(FragmentOverlap, ThereIsNoneOfAUdpHeader) {
  farm(1);
  ASSERT_EQ(send_to(piece(7, 0, false, kUdp).udp(1234, kPort, 0)), 1U) << "a header and nothing else";
  EXPECT_EQ(send_to(later(7, 1, false, kUdp)), 1U);
  EXPECT_EQ(send_to(later(7, 3, true, kUdp)), 1U);
  EXPECT_EQ(plane->all_reasons(), 0U);
}

// How long they are only the first fragment says: whatever begins where headers may be is malformed.
TEST_P(FragmentOverlap, OfFurtherExtensionHeadersIsMalformed) {
  if (!ipv6()) GTEST_SKIP() << "IPv4 has none";
  farm(1);
  Frame whole = piece(7, 0, false, kDestinationOptions);
  ASSERT_EQ(send_to(whole.extension(kDestinationOptions, 64).tcp(1234, kPort, kSyn, 1200)), 1U);
  for (const uint16_t offset : {1, 3, 8, 10, 127})
    EXPECT_EQ(verdict(later(7, offset, true, kDestinationOptions)), Verdict::kDrop) << offset;
  EXPECT_EQ(count(EK_REASON_MALFORMED_PACKET), 5U);
  EXPECT_EQ(send_to(later(7, 128, true, kDestinationOptions)), 1U);
}

TEST_P(FragmentOverlap, ToOtherAddressesIsTheirsToJudge) {
  farm(1);
  EXPECT_EQ(verdict(piece(7, 1, true, kTcp, ipv6() ? "fd77::1" : "10.77.0.1").raw(Bytes(16, 3))), Verdict::kPass);
  EXPECT_EQ(plane->all_reasons(), 0U);
}

// Flags that come in the second fragment are seen by nobody here.
TEST_P(FragmentOverlap, AFirstFragmentWithoutAWholeTcpHeaderIsMalformedAndLeavesNoNote) {
  farm(1);
  for (const size_t length : {8U, 16U, 19U}) {
    Bytes header(length, 0);
    header[2] = kPort >> 8;
    header[3] = kPort & 255;
    EXPECT_EQ(verdict(piece(7, 0, false).raw(header)), Verdict::kDrop) << length;
  }
  EXPECT_EQ(count(EK_REASON_MALFORMED_PACKET), 3U);
  EXPECT_EQ(verdict(later(7, 3, true)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_FRAGMENT_UNKNOWN), 1U);
  EXPECT_TRUE(plane->connections(ipv6()).empty());
}

// Its options may go on in the next one, which changes nothing of what decides.
TEST_P(FragmentOverlap, AFirstFragmentWithPartOfTheOptionsIsEnough) {
  farm(1);
  Bytes frame = piece(7, 0, false).tcp(1234, kPort, kSyn, 4).bytes();
  frame[frame.size() - 24 + 12] = 0xf0;
  EXPECT_EQ(server_of(plane->run(frame)), 1U);
  EXPECT_EQ(send_to(later(7, 3, true)), 1U);
}

INSTANTIATE_TEST_SUITE_P(Families, FragmentOverlap, testing::Bool(),
                         [](const auto& info) { return info.param ? "Ipv6" : "Ipv4"; });

}  // namespace
}  // namespace evenkeel::packet
