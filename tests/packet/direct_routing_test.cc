#include <gtest/gtest.h>

#include "lab.h"

namespace evenkeel::packet {
namespace {

class DirectRouting : public Lab {};

TEST_F(DirectRouting, TcpConnectionIsOpenedAndFollowed) {
  farm(2);
  Output first = send(client().tcp(1234, 445, kSyn));
  ASSERT_EQ(first.verdict, Verdict::kTransmit);
  uint32_t chosen = server_of(first);
  Output second = send(client().tcp(1234, 445, kAck));
  EXPECT_EQ(second.verdict, Verdict::kTransmit);
  EXPECT_EQ(server_of(second), chosen);
  EXPECT_EQ(plane->live(chosen).active, 1U);
  EXPECT_EQ(plane->live(chosen).inactive, 0U);
}

}  // namespace
}  // namespace evenkeel::packet
