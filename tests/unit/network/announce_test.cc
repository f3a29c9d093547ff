#include "engines/network/announce.h"

#include <gtest/gtest.h>

namespace evenkeel::engines::network {
namespace {

TEST(AnnouncementFrames, GratuitousArpInBothForms) {
  const auto frames = announcement_frames(*IpAddress::parse("10.0.0.1"), *MacAddress::parse("02:00:00:00:00:07"));
  ASSERT_EQ(frames.size(), 2u);
  const Frame request{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0,  0, 0, 0, 7, 8, 6, 0, 1, 8, 0,  6, 4, 0,
                      1,    2,    0,    0,    0,    0,    7, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1};
  EXPECT_EQ(frames[0], request);
  EXPECT_EQ(frames[1][21], 2);
}

TEST(AnnouncementFrames, NeighbourAdvertisementHasAValidChecksum) {
  const auto frames = announcement_frames(*IpAddress::parse("2001:db8::1"), *MacAddress::parse("02:00:00:00:00:07"));
  ASSERT_EQ(frames.size(), 1u);
  const Frame& frame = frames[0];
  ASSERT_EQ(frame.size(), 86u);
  EXPECT_EQ(frame[54], 136);
  EXPECT_EQ(frame[58], 0x20);
  uint32_t sum = 32 + 58;
  for (size_t at = 22; at < frame.size(); at += 2) sum += static_cast<uint32_t>(frame[at] << 8 | frame[at + 1]);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  EXPECT_EQ(sum, 0xffffu);
}

}  // namespace
}  // namespace evenkeel::engines::network
