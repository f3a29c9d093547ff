// Direct routing: what the frame looks like afterwards, for both families, with tags, options and extension headers.
#include <gtest/gtest.h>

#include "lab.h"

namespace evenkeel::packet {
namespace {

class DirectRouting : public Lab {
 protected:
  // Only the MAC addresses differ from what was sent.
  void expect_forwarded(const Frame& frame, uint32_t server) const {
    Output output = send(frame);
    ASSERT_EQ(output.verdict, Verdict::kTransmit);
    Bytes expected = frame.bytes(), mac = DataPlane::mac_of(server), source = DataPlane::source_mac();
    std::copy(mac.begin(), mac.end(), expected.begin());
    std::copy(source.begin(), source.end(), expected.begin() + 6);
    EXPECT_EQ(output.bytes, expected);
  }

  static RealServerOptions on_vlan(uint16_t vlan) {
    RealServerOptions options;
    options.vlan = vlan;
    return options;
  }

  // The frame's bytes from the EtherType (or first tag) on.
  static Bytes behind_macs(const Bytes& frame) { return {frame.begin() + 12, frame.end()}; }
};

TEST_F(DirectRouting, TcpConnectionIsOpenedAndFollowed) {
  farm(2);
  uint32_t chosen = open_tcp(kClient4, 1234);
  ASSERT_NE(chosen, 0U);
  EXPECT_EQ(send_to(client().tcp(1234, kPort, kAck)), chosen);
  EXPECT_EQ(send_to(client().tcp(1234, kPort, kAck | kPsh, 100)), chosen);
  EXPECT_EQ(plane->live(chosen).active, 1U);
  EXPECT_EQ(plane->live(chosen).inactive, 0U);
}

TEST_F(DirectRouting, OnlyTheMacAddressesChange) {
  farm(1);
  expect_forwarded(client().tcp(1, kPort, kSyn), 1);
  expect_forwarded(client().tcp(1, kPort, kAck, 1000), 1);
  expect_forwarded(client().udp(1, kPort, 100), 1);
  expect_forwarded(client6().tcp(1, kPort, kSyn), 1);
  expect_forwarded(client6().tcp(1, kPort, kAck, 1000), 1);
  expect_forwarded(client6().udp(1, kPort, 100), 1);
  EXPECT_EQ(plane->all_reasons(), 0U);
}

TEST_F(DirectRouting, CountsPacketsIpBytesAndConnections) {
  farm(1);
  Frame syn = client().vlan(0).tcp(1, kPort, kSyn).padding(6), ack = client().tcp(1, kPort, kAck, 10);
  send(syn);
  send(ack);
  send(client6().udp(1, kPort, 4));
  ek_counters counters = plane->counters(1);
  EXPECT_EQ(counters.packets, 3U);
  EXPECT_EQ(counters.bytes, 40U + 50U + 52U);
  EXPECT_EQ(counters.connections, 2U);
}

TEST_F(DirectRouting, GoesOutOfAnotherInterfaceByRedirect) {
  RealServerOptions elsewhere;
  elsewhere.interface_index = 77;
  farm(1, {}, elsewhere);
  EXPECT_EQ(verdict(client().tcp(1, kPort, kSyn)), Verdict::kRedirect);
}

TEST_F(DirectRouting, MissingNextHopIsDroppedAndNamed) {
  farm(1, {}, with_flags(EK_REAL_SERVER_TAKES_NEW | EK_REAL_SERVER_KEEPS_ESTABLISHED));
  EXPECT_EQ(verdict(client().tcp(1, kPort, kSyn)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_NO_NEXT_HOP), 1U);
  EXPECT_EQ(plane->counters(1).packets, 0U);
}

TEST_F(DirectRouting, Ipv4OptionsOfEveryLength) {
  farm(1);
  for (size_t length = 0; length <= 40; length += 4) {
    Ipv4Fields fields;
    fields.options = Bytes(length, 1);
    expect_forwarded(client(kClient4, fields).tcp(1000 + length, kPort, kSyn), 1);
  }
}

TEST_F(DirectRouting, Ipv6ExtensionHeaders) {
  farm(1);
  for (uint8_t type : {kHopByHop, kRouting, kDestinationOptions, kAuthentication}) {
    expect_forwarded(client6().extension(type, 24).tcp(1000 + type, kPort, kSyn), 1);
    expect_forwarded(client6().extension(type, 24).tcp(1000 + type, kPort, kAck, 100), 1);
  }
  expect_forwarded(client6()
                       .extension(kHopByHop)
                       .extension(kDestinationOptions, 64)
                       .extension(kRouting, 16)
                       .extension(kAuthentication, 12)
                       .udp(1, kPort),
                   1);
  EXPECT_EQ(plane->live(1).active, 4U);
}

TEST_F(DirectRouting, TooManyExtensionHeadersAreMalformed) {
  farm(1);
  Frame frame = client6();
  for (int i = 0; i < 9; ++i) {
    frame.extension(kDestinationOptions);
  }
  EXPECT_EQ(verdict(frame.udp(1, kPort)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_MALFORMED_PACKET), 1U);
}

struct TagCase {
  std::vector<uint16_t> tags;
  uint16_t wanted;
  std::vector<uint16_t> expected;
};

TEST_F(DirectRouting, VlanTagBecomesTheRealServers) {
  const uint16_t kPriority = 0xa000;
  const std::vector<TagCase> cases = {
      {{}, 0, {}},                            // nothing to do
      {{7}, 7, {7}},                          // kept
      {{7}, 8, {8}},                          // rewritten
      {{kPriority | 7}, 8, {kPriority | 8}},  // with its priority
      {{}, 8, {8}},                           // pushed
      {{7}, 0, {}},                           // popped
      {{0}, 0, {}},                           // a priority tag is no VLAN
      {{5, 7}, 7, {5, 7}},                    // two tags, the inner one fits
      {{5, 7}, 8, {8}},                       // two become one
      {{5, kPriority | 7}, 8, {kPriority | 8}},
      {{5, 7}, 0, {}},  // two become none
  };
  for (const std::string& family : {"4", "6"}) {
    for (const TagCase& tag_case : cases) {
      open({});
      farm(1, {}, on_vlan(tag_case.wanted));
      auto frame = [&](const std::vector<uint16_t>& tags) {
        Frame result;
        for (uint16_t tag : tags) {
          result.vlan(tag, tags.size() == 2 && &tag == tags.data() ? 0x88a8 : 0x8100);
        }
        return family == "4" ? result.ipv4(kClient4, kVirtual4).tcp(1, kPort, kSyn, 9)
                             : result.ipv6(kClient6, kVirtual6).tcp(1, kPort, kSyn, 9);
      };
      Output output = send(frame(tag_case.tags));
      ASSERT_EQ(server_of(output), 1U);
      Bytes source(output.bytes.begin() + 6, output.bytes.begin() + 12);
      EXPECT_EQ(source, DataPlane::source_mac());
      EXPECT_EQ(behind_macs(output.bytes), behind_macs(frame(tag_case.expected).bytes()))
          << "IPv" << family << ", " << tag_case.tags.size() << " tags, wanted " << tag_case.wanted;
    }
  }
}

TEST_F(DirectRouting, SeveralServicesOnOneAddress) {
  farm(1);
  uint32_t other = plane->add_service();
  uint16_t server = plane->add_real_server(other);
  plane->set_ring(other, {server});
  plane->add_key(kVirtual4, 9191, kTcp, other);
  EXPECT_EQ(send_to(client().tcp(1, kPort, kSyn)), 1U);
  EXPECT_EQ(send_to(client().tcp(1, 9191, kSyn)), server);
  EXPECT_EQ(verdict(client().udp(1, 9191)), Verdict::kPass);
}

TEST_F(DirectRouting, RangesNarrowFirstAndSinglePortsBeforeThem) {
  farm(1);
  auto with_server = [&] {
    uint32_t id = plane->add_service();
    uint16_t server = plane->add_real_server(id);
    plane->set_ring(id, {server});
    return id;
  };
  uint32_t narrow = with_server(), wide = with_server();
  plane->add_ranges(kVirtual4, kTcp, {{800, 900, narrow}, {1, 65535, wide}});
  EXPECT_EQ(send_to(client().tcp(1, kPort, kSyn)), 1U);
  EXPECT_EQ(send_to(client().tcp(2, 800, kSyn)), 2U);
  EXPECT_EQ(send_to(client().tcp(3, 900, kSyn)), 2U);
  EXPECT_EQ(send_to(client().tcp(4, 901, kSyn)), 3U);
  EXPECT_EQ(send_to(client().tcp(5, 799, kSyn)), 3U);
  EXPECT_EQ(send_to(client().tcp(6, 65535, kSyn)), 3U);
  EXPECT_EQ(verdict(client().udp(7, 800)), Verdict::kPass);
}

}  // namespace
}  // namespace evenkeel::packet
