#include "engines/network/claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::engines::network {
namespace {

const MacAddress kOurs = MacAddress::parse("02:00:00:00:00:02").value();
const MacAddress kTheirs = MacAddress::parse("02:00:00:00:00:22").value();
const IpAddress kAddress4 = IpAddress::parse("10.0.0.10").value();
const IpAddress kAddress6 = IpAddress::parse("2001:db8::10").value();
constexpr size_t kEthernet = 14;

std::span<const uint8_t> without_ethernet(const Frame& frame) {
  return std::span(frame).subspan(kEthernet);
}

TEST(Claim, AnArpProbeAsksWithoutClaimingAnything) {
  const Frame frame = who_has_frame(kAddress4, kOurs);
  EXPECT_THAT(frame, testing::ElementsAre(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 2, 8, 6,  //
                                          0, 1, 8, 0, 6, 4, 0, 1,                                      //
                                          2, 0, 0, 0, 0, 2, 0, 0, 0, 0,                                //
                                          0, 0, 0, 0, 0, 0, 10, 0, 0, 10));
  EXPECT_FALSE(parse_arp_claim(without_ethernet(frame)));
}

TEST(Claim, AnnouncementsAreClaims) {
  for (const Frame& frame : announcement_frames(kAddress4, kTheirs)) {
    EXPECT_EQ(parse_arp_claim(without_ethernet(frame)), (Claim{kAddress4, kTheirs}));
  }
  const Frame frame6 = announcement_frames(kAddress6, kTheirs).front();
  EXPECT_EQ(parse_advertisement_claim(without_ethernet(frame6), kOurs), (Claim{kAddress6, kTheirs}));
}

TEST(Claim, AnAdvertisementWithoutAnOptionIsItsSenders) {
  Frame frame = announcement_frames(kAddress6, kTheirs).front();
  frame.resize(frame.size() - 8);
  EXPECT_EQ(parse_advertisement_claim(without_ethernet(frame), kOurs), (Claim{kAddress6, kOurs}));
}

TEST(Claim, ASolicitationGoesToTheGroupOfTheAddressWithAChecksumThatAddsUp) {
  const Frame frame = who_has_frame(kAddress6, kOurs, IpAddress::parse("fe80::2").value());
  ASSERT_EQ(frame.size(), kEthernet + 40 + 32);
  EXPECT_THAT(std::span(frame).first(6), testing::ElementsAre(0x33, 0x33, 0xff, 0, 0, 0x10));
  uint32_t sum = 32 + 58;
  for (size_t at = kEthernet + 8; at < frame.size(); at += 2)
    sum += static_cast<uint32_t>(frame[at] << 8 | frame[at + 1]);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  EXPECT_EQ(sum, 0xffffU);
  EXPECT_FALSE(parse_advertisement_claim(without_ethernet(frame), kOurs)) << "a question is no claim";
}

TEST(Claim, CutShortIsNothing) {
  const Frame arp = announcement_frames(kAddress4, kTheirs).front();
  const Frame advertisement = announcement_frames(kAddress6, kTheirs).front();
  for (size_t size = 0; size < 28; ++size) EXPECT_FALSE(parse_arp_claim(without_ethernet(arp).first(size)));
  for (size_t size = 0; size < 64; ++size) {
    EXPECT_FALSE(parse_advertisement_claim(without_ethernet(advertisement).first(size), kOurs));
  }
}

}  // namespace
}  // namespace evenkeel::engines::network
