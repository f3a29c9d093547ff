// Reasons by virtual service: whose packets they were that went to no real server.
#include <bpf/bpf.h>
#include <gtest/gtest.h>

#include "decoded.h"
#include "lab.h"
#include "map_access.h"
#include "skeleton.h"

namespace evenkeel::packet {
namespace {

class ServiceReasons : public Lab, public testing::WithParamInterface<bool> {
 protected:
  static constexpr uint16_t kOtherPort = 446;

  // Two virtual services, on two ports; each has one real server.
  void SetUp() override {
    open({.load_explaining = true});
    serve();
  }
  void serve(ServiceOptions options = {}, const RealServerOptions& server = {}) {
    farm(1, options, server);
    other = plane->add_service(options);
    others_server = static_cast<uint16_t>(plane->add_real_server(other, server));
    plane->set_ring(other, {others_server});
    for (const std::string& address : {kVirtual4, kVirtual6}) {
      plane->add_key(address, kOtherPort, kTcp, other);
      plane->add_key(address, kOtherPort, kUdp, other);
    }
  }
  static RealServerOptions with_method(ek_forwarding_method method, uint32_t flags = kOnline) {
    RealServerOptions server = with_flags(flags);
    server.method = method;
    server.address = real_address();
    server.port = kRealPort;
    return server;
  }
  void serve_translated(ek_forwarding_method method) {
    plane->reset();
    serve({}, with_method(method));
  }

  static bool ipv6() { return GetParam(); }
  static std::string real_address() { return ipv6() ? "fd78::21" : "10.78.0.21"; }
  static std::string virtual_address() { return ipv6() ? kVirtual6 : kVirtual4; }
  static std::string client_address() { return ipv6() ? kClient6 : kClient4; }
  static Frame ip(const std::string& source, const std::string& destination) {
    return ipv6() ? Frame().ipv6(source, destination) : Frame().ipv4(source, destination);
  }
  static Frame segment(uint8_t flags, uint16_t port = kOtherPort, uint16_t from = 1) {
    return ip(client_address(), virtual_address()).tcp(from, port, flags);
  }
  static Ipv4Fields fields(uint8_t protocol, uint16_t fragment = 0) {
    Ipv4Fields fields;
    fields.protocol = protocol;
    fields.fragment = fragment;
    return fields;
  }
  static Bytes on_its_last_hop(const Frame& frame) {
    Bytes bytes = Decoded(frame.bytes()).with_l4_checksum();
    bytes[ipv6() ? 14 + 7 : 14 + 8] = 1;
    return bytes;
  }
  void establish_with_other() const {
    send(segment(kSyn));
    send(segment(kAck));
  }
  // Of the other virtual service, so often, and of nobody else.
  void expect_only_other(ek_reason reason, uint64_t times) const {
    EXPECT_EQ(count(reason), times);
    EXPECT_EQ(count(reason, other), times);
    EXPECT_EQ(plane->all_service_reasons(), times);
  }

  static constexpr uint16_t kRealPort = 8445;
  uint32_t other = 0;
  uint16_t others_server = 0;
};

TEST_P(ServiceReasons, WithoutARealServer) {
  plane->set_real_server(others_server, with_flags(kDrained));
  for (uint16_t from = 1; from <= 3; ++from) {
    EXPECT_EQ(verdict(segment(kSyn, kOtherPort, from)), Verdict::kDrop);
    EXPECT_EQ(verdict(segment(kSyn, kPort, from)), Verdict::kTransmit);
  }
  expect_only_other(EK_REASON_NO_REAL_SERVER, 3);
}

TEST_P(ServiceReasons, EachHasItsOwn) {
  plane->set_real_server(servers[0], with_flags(kDrained));
  plane->set_real_server(others_server, with_flags(kDrained));
  send(segment(kSyn, kPort));
  send(segment(kSyn, kOtherPort));
  send(segment(kSyn, kOtherPort));
  EXPECT_EQ(count(EK_REASON_NO_REAL_SERVER), 3U);
  EXPECT_EQ(count(EK_REASON_NO_REAL_SERVER, service), 1U);
  EXPECT_EQ(count(EK_REASON_NO_REAL_SERVER, other), 2U);
}

TEST_P(ServiceReasons, AboveTheLimitOfHalfOpenConnections) {
  plane->set_service(other, {.flags = EK_SERVICE_SYN_DROP, .half_open_limit = 1});
  send(segment(kSyn, kOtherPort, 1));
  EXPECT_EQ(verdict(segment(kSyn, kOtherPort, 2)), Verdict::kDrop);
  expect_only_other(EK_REASON_HALF_OPEN_LIMIT, 1);
}

TEST_P(ServiceReasons, AnsweredWithACookie) {
  serve_translated(EK_METHOD_NAT);
  plane->set_service(other, {.flags = EK_SERVICE_SYN_COOKIES, .half_open_limit = 1});
  send(segment(kSyn, kOtherPort, 1));
  EXPECT_EQ(verdict(segment(kSyn, kOtherPort, 2)), Verdict::kTransmit);
  expect_only_other(EK_REASON_SYN_COOKIE, 1);
}

TEST_P(ServiceReasons, LeftToTheLocalStack) {
  EXPECT_EQ(verdict(segment(kAck)), Verdict::kPass);
  expect_only_other(EK_REASON_NOT_A_CONNECTION, 1);
}

TEST_P(ServiceReasons, HandedToTheFallback) {
  plane->set_service(other, {.flags = EK_SERVICE_FALLBACK_LOCAL});
  plane->set_ring(other, {});
  EXPECT_EQ(verdict(segment(kSyn)), Verdict::kPass);
  expect_only_other(EK_REASON_FALLBACK, 1);
}

TEST_P(ServiceReasons, OfAConnectionWhoseRealServerIsHalted) {
  establish_with_other();
  plane->set_real_server(others_server, with_flags(kHalted));
  EXPECT_EQ(verdict(segment(kAck)), Verdict::kDrop);
  expect_only_other(EK_REASON_HALTED, 1);
}

TEST_P(ServiceReasons, OfAConnectionWhoseRealServerIsDeleted) {
  establish_with_other();
  plane->renew_real_server(others_server);
  EXPECT_EQ(verdict(segment(kAck)), Verdict::kDrop);
  expect_only_other(EK_REASON_HALTED, 1);
}

TEST_P(ServiceReasons, OfAConnectionThatIsReset) {
  establish_with_other();
  plane->set_real_server(others_server, with_flags(kHalted | EK_REAL_SERVER_RESETS));
  EXPECT_EQ(verdict(segment(kAck)), Verdict::kTransmit);
  expect_only_other(EK_REASON_RESET, 1);
}

TEST_P(ServiceReasons, ToARealServerWithoutANextHop) {
  establish_with_other();
  plane->set_real_server(others_server, with_flags(kOnline & ~EK_REAL_SERVER_HAS_NEXT_HOP));
  EXPECT_EQ(verdict(segment(kAck)), Verdict::kDrop);
  expect_only_other(EK_REASON_NO_NEXT_HOP, 1);
}

TEST_P(ServiceReasons, OnTheLastHopThereAndBack) {
  for (const ek_forwarding_method method : {EK_METHOD_NAT, EK_METHOD_SNAT}) {
    serve_translated(method);
    const std::string source = method == EK_METHOD_SNAT ? virtual_address() : client_address();
    const Frame answer = ip(real_address(), source).tcp(kRealPort, 5000, kAck);
    send(segment(kSyn, kOtherPort, 5000));
    send(ip(real_address(), source).tcp(kRealPort, 5000, kSyn | kAck));
    send(segment(kAck, kOtherPort, 5000));
    // Each of them on the short way, where there is one, and with a FIN on the long way.
    const Frame fin = ip(real_address(), source).tcp(kRealPort, 5000, kFin | kAck);
    for (const Frame& frame : {segment(kAck, kOtherPort, 5000), answer, segment(kFin | kAck, kOtherPort, 5000), fin}) {
      EXPECT_EQ(plane->run(on_its_last_hop(frame)).verdict, Verdict::kDrop);
    }
    expect_only_other(EK_REASON_TTL_EXPIRED, 4);
  }
}

TEST_P(ServiceReasons, AnAnswerOfAHaltedRealServer) {
  serve_translated(EK_METHOD_NAT);
  send(segment(kSyn));
  plane->set_real_server(others_server, with_method(EK_METHOD_NAT, kHalted));
  EXPECT_EQ(verdict(ip(real_address(), client_address()).tcp(kRealPort, 1, kSyn | kAck)), Verdict::kDrop);
  expect_only_other(EK_REASON_HALTED, 1);
}

TEST_P(ServiceReasons, AnAnswerWithoutAWayBack) {
  serve_translated(EK_METHOD_NAT);
  send(segment(kSyn));
  plane->arrays().interfaces[kIngress] = {};
  EXPECT_EQ(verdict(ip(real_address(), client_address()).tcp(kRealPort, 1, kSyn | kAck)), Verdict::kDrop);
  expect_only_other(EK_REASON_NO_WAY_BACK, 1);
}

TEST_P(ServiceReasons, ThatCannotBeTranslated) {
  serve_translated(EK_METHOD_NAT);
  send(segment(kSyn, kPort));
  EXPECT_EQ(verdict(segment(kSyn, kOtherPort)), Verdict::kDrop) << "its answers would be the other connection's";
  expect_only_other(EK_REASON_TRANSLATION_IN_USE, 1);
}

TEST_P(ServiceReasons, TooBigForTheTunnel) {
  plane->reset();
  RealServerOptions server = with_method(EK_METHOD_TUNNEL);
  server.mtu = 1500;
  server.tunnel_source = ipv6() ? "fd78::1" : "10.78.0.1";
  serve({}, server);
  send(segment(kSyn));
  send(ip(client_address(), virtual_address()).tcp(1, kOtherPort, kAck, 1480));
  expect_only_other(EK_REASON_PACKET_TOO_BIG, 1);
}

TEST_P(ServiceReasons, WhatIsMalformedIsNobodys) {
  Frame frame = client(kClient4, fields(kTcp)).raw({0, 1});
  if (ipv6()) {
    frame = client6();
    for (int i = 0; i < 9; ++i) {
      frame.extension(kDestinationOptions);
    }
    frame.udp(1, kOtherPort);
  }
  EXPECT_EQ(verdict(frame), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_MALFORMED_PACKET), 1U);
  EXPECT_EQ(plane->all_service_reasons(), 0U) << "it was not known whose it is";
}

TEST_P(ServiceReasons, ALaterFragmentWithoutItsFirstIsNobodys) {
  const Frame later = ipv6() ? client6().fragment_header(101 << 3, 78, kUdp).raw(Bytes(64, 3))
                             : client(kClient4, fields(kUdp, 101)).raw(Bytes(64, 3));
  EXPECT_EQ(verdict(later), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_FRAGMENT_UNKNOWN), 1U);
  EXPECT_EQ(plane->all_service_reasons(), 0U);
}

TEST_P(ServiceReasons, WhoHasTheSlotNextBeginsAtZero) {
  send(segment(kAck));
  EXPECT_EQ(count(EK_REASON_NOT_A_CONNECTION, other), 1U);
  plane->arrays().services[other].generation++;
  EXPECT_EQ(count(EK_REASON_NOT_A_CONNECTION, other), 0U);
  send(segment(kAck));
  EXPECT_EQ(count(EK_REASON_NOT_A_CONNECTION, other), 1U);
}

TEST_P(ServiceReasons, ExplainingCountsNothing) {
  plane->set_real_server(others_server, with_flags(kDrained));
  EXPECT_EQ(plane->explain(segment(kSyn).bytes()).verdict, Verdict::kDrop);
  EXPECT_EQ(plane->all_reasons() + plane->all_service_reasons(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Families, ServiceReasons, testing::Bool(),
                         [](const auto& chosen) { return chosen.param ? "ipv6" : "ipv4"; });

// Where something has no room left.
class TightServiceReasons : public Lab {};

TEST_F(TightServiceReasons, AHalfOpenConnectionThatGivesWayIsItsOwnServices) {
  open({.sets4 = 1});
  farm(1);
  const uint32_t flooded = plane->add_service({});
  plane->set_ring(flooded, {static_cast<uint16_t>(plane->add_real_server(flooded))});
  plane->add_key(kVirtual4, 446, kTcp, flooded);
  for (uint16_t from = 1; from <= EK_SET_WAYS; ++from) {
    send(client().tcp(from, 446, kSyn));
  }
  EXPECT_EQ(verdict(client().tcp(1, kPort, kSyn)), Verdict::kTransmit);
  EXPECT_EQ(count(EK_REASON_EVICTED_HALF_OPEN), 1U);
  EXPECT_EQ(count(EK_REASON_EVICTED_HALF_OPEN, flooded), 1U);
  EXPECT_EQ(plane->all_service_reasons(), 1U);
}

TEST_F(TightServiceReasons, WhatFindsNoRoomIsItsOwnServices) {
  open({.sets4 = 1});
  farm(1);
  for (uint16_t from = 1; from <= EK_SET_WAYS; ++from) {
    establish(kClient4, from);
  }
  EXPECT_EQ(verdict(client().tcp(100, kPort, kSyn)), Verdict::kTransmit) << "by hash";
  EXPECT_EQ(count(EK_REASON_TABLE_FULL, service), 1U);
}

TEST_F(TightServiceReasons, WithoutRoomForAPairTheMachinesCountGoesOn) {
  open({});
  farm(1);
  bpf_map* map = plane->skeleton().maps.service_reasons;
  const std::vector<uint64_t> values(libbpf_num_possible_cpus());
  ek_service_reason key = {.service = 1, .reason = EK_REASONS_COUNT, .generation = 1};
  while (bpf_map_update_elem(bpf_map__fd(map), &key, values.data(), BPF_ANY) == 0) {
    key.generation++;
  }
  EXPECT_GE(key.generation, EK_MAX_SERVICE_REASONS);
  EXPECT_EQ(verdict(client().tcp(1, kPort, kAck)), Verdict::kPass);
  EXPECT_EQ(count(EK_REASON_NOT_A_CONNECTION), 1U);
  EXPECT_EQ(plane->all_service_reasons(), 0U);
}

}  // namespace
}  // namespace evenkeel::packet
