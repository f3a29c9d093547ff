#include "engines/network/proxied.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::engines::network {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

desired::ProxiedServer server(const char* address, uint16_t first, uint16_t last) {
  return {IpAddress::parse(address).value(), first, last};
}

TEST(Proxied, OutlivesARestart) {
  const std::set<desired::ProxiedServer> servers{server("10.0.0.21", 8080, 8080), server("2001:db8::21", 1, 65535)};
  EXPECT_EQ(parse_proxied(render_proxied(servers)), servers);
  EXPECT_EQ(render_proxied({server("2001:db8::21", 80, 81)}), "2001:db8::21 80 81\n");
}

TEST(Proxied, WhatIsNoServerIsLeftOut) {
  EXPECT_THAT(parse_proxied(""), IsEmpty());
  EXPECT_THAT(parse_proxied("nonsense 1 2\n10.0.0.21 80 80\n"), ElementsAre(server("10.0.0.21", 80, 80)));
  EXPECT_THAT(parse_proxied("10.0.0.21 80 80\n10.0.0.22 x y\n10.0.0.23 80 80\n"),
              ElementsAre(server("10.0.0.21", 80, 80), server("10.0.0.23", 80, 80)));
  EXPECT_THAT(parse_proxied("10.0.0.21 80 99999\n"), IsEmpty());
}

}  // namespace
}  // namespace evenkeel::engines::network
