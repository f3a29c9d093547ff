// SYN cookies: connections that begin with an answer of ours and go on with a real server, whose numbers are others.
#include <gtest/gtest.h>

#include "decoded.h"
#include "lab.h"

namespace evenkeel::packet {
namespace {

const std::string kReal4 = "10.78.0.21", kReal6 = "fd78::21";
constexpr uint16_t kClientPort = 40000;
constexpr uint32_t kClientIsn = 0xfffffff0, kServerIsn = 0x00000100;  // both wrap round early

struct Kind {
  ek_forwarding_method method;
  bool ipv6;
};

uint32_t get32(const Bytes& bytes, size_t at) {
  return uint32_t{get16(bytes, at)} << 16 | get16(bytes, at + 2);
}

// A TCP segment, to be written or as it was read.
struct Segment {
  uint8_t flags = 0;
  uint32_t sequence = 0, acknowledged = 0;
  uint16_t window = 1000;
  Bytes options{};
  size_t payload = 0;

  static Segment of(const Decoded& packet) {
    const Bytes& bytes = packet.bytes();
    const size_t at = packet.l4(), header = (bytes.at(at + 12) >> 4) * 4;
    return {.flags = bytes.at(at + 13),
            .sequence = get32(bytes, at + 4),
            .acknowledged = get32(bytes, at + 8),
            .window = get16(bytes, at + 14),
            .options = Bytes(bytes.begin() + at + 20, bytes.begin() + at + header),
            .payload = packet.end() - at - header};
  }
};

Bytes with_segment(Frame frame, uint16_t from, uint16_t to, const Segment& segment) {
  Bytes bytes = frame.tcp(from, to, segment.flags, segment.options.size() + segment.payload).bytes();
  const size_t at = Decoded(bytes).l4();
  auto put32 = [&](size_t offset, uint32_t value) {
    for (int i = 0; i < 4; ++i) bytes[at + offset + i] = value >> (24 - 8 * i) & 255;
  };
  put32(4, segment.sequence);
  put32(8, segment.acknowledged);
  bytes[at + 12] = (20 + segment.options.size()) / 4 << 4;
  bytes[at + 14] = segment.window >> 8;
  bytes[at + 15] = segment.window & 255;
  std::copy(segment.options.begin(), segment.options.end(), bytes.begin() + at + 20);
  return Decoded(bytes).with_l4_checksum();
}

Bytes syn_options(uint16_t segment, int window_scale) {
  Bytes options = {2, 4, static_cast<uint8_t>(segment >> 8), static_cast<uint8_t>(segment & 255)};
  if (window_scale < 0) return options;
  const Bytes scale = {1, 3, 3, static_cast<uint8_t>(window_scale)};
  options.insert(options.end(), scale.begin(), scale.end());
  return options;
}

class SynProxy : public Lab, public testing::WithParamInterface<Kind> {
 protected:
  void SetUp() override {
    open({});
    serve({});
  }

  // Every SYN is above the limit: one connection waits for its client.
  void serve(ServiceOptions options) {
    RealServerOptions server;
    server.method = GetParam().method;
    server.address = ipv6() ? kReal6 : kReal4;
    options.flags |= EK_SERVICE_SYN_COOKIES;
    options.half_open_limit = 1;
    farm(1, options, server);
    send((ipv6() ? client6("fd77:1::77") : client("10.77.1.77")).tcp(1, kPort, kSyn));
    ASSERT_EQ(plane->service_live(service).half_open, 1U);
  }

  static bool ipv6() { return GetParam().ipv6; }
  static std::string virtual_address() { return ipv6() ? kVirtual6 : kVirtual4; }
  static std::string client_address() { return ipv6() ? kClient6 : kClient4; }
  static std::string real_address() { return ipv6() ? kReal6 : kReal4; }
  static std::string source_address() {
    return GetParam().method == EK_METHOD_SNAT ? virtual_address() : client_address();
  }
  static Frame ip(const std::string& source, const std::string& destination) {
    return ipv6() ? Frame().ipv6(source, destination) : Frame().ipv4(source, destination);
  }
  Output from_client(const Segment& segment) const {
    return plane->run(with_segment(ip(client_address(), virtual_address()), kClientPort, kPort, segment));
  }
  Output from_real_server(const Segment& segment) const {
    return plane->run(with_segment(ip(real_address(), source_address()), kPort, kClientPort, segment));
  }
  static Segment at_client(const Output& output) {
    EXPECT_EQ(output.verdict, Verdict::kTransmit);
    const Decoded packet(output.bytes);
    EXPECT_EQ(packet.source(), virtual_address());
    EXPECT_EQ(packet.destination(), client_address());
    EXPECT_EQ(packet.source_port(), kPort);
    EXPECT_EQ(packet.destination_port(), kClientPort);
    return sound(packet);
  }
  static Segment at_real_server(const Output& output) {
    EXPECT_EQ(output.verdict, Verdict::kTransmit);
    const Decoded packet(output.bytes);
    EXPECT_EQ(packet.source(), source_address());
    EXPECT_EQ(packet.destination(), real_address());
    EXPECT_EQ(packet.mac(), DataPlane::mac_of(1));
    return sound(packet);
  }
  static Segment sound(const Decoded& packet) {
    EXPECT_TRUE(packet.ip_checksum_holds());
    EXPECT_TRUE(packet.l4_checksum_holds());
    EXPECT_EQ(packet.end(), packet.bytes().size());
    return Segment::of(packet);
  }

  // What the client does first; returns the cookie.
  uint32_t ask(int window_scale = 5, uint16_t segment = 1460) const {
    const Segment answer =
        at_client(from_client({.flags = kSyn, .sequence = kClientIsn, .options = syn_options(segment, window_scale)}));
    EXPECT_EQ(answer.flags, kSyn | kAck);
    EXPECT_EQ(answer.acknowledged, kClientIsn + 1);
    return answer.sequence;
  }
  Segment acknowledge(uint32_t cookie) const {
    return at_real_server(
        from_client({.flags = kAck, .sequence = kClientIsn + 1, .acknowledged = cookie + 1, .window = 500}));
  }
  Segment accept(int window_scale = 9) const {
    return at_client(from_real_server({.flags = kSyn | kAck,
                                       .sequence = kServerIsn,
                                       .acknowledged = kClientIsn + 1,
                                       .window = 64000,
                                       .options = syn_options(1460, window_scale)}));
  }
  // The whole handshake.
  uint32_t establish_proxied(int client_scale = 5, int server_scale = 9) const {
    const uint32_t cookie = ask(client_scale);
    acknowledge(cookie);
    accept(server_scale);
    at_real_server(from_client({.flags = kAck, .sequence = kClientIsn + 1, .acknowledged = cookie + 1}));
    return cookie;
  }
};

TEST_P(SynProxy, ASynIsAnsweredWithoutAnEntry) {
  const Bytes before = plane->table_bytes(ipv6());
  const Segment answer =
      at_client(from_client({.flags = kSyn, .sequence = kClientIsn, .options = syn_options(1400, 5)}));
  EXPECT_EQ(answer.flags, kSyn | kAck);
  EXPECT_EQ(answer.acknowledged, kClientIsn + 1);
  EXPECT_EQ(answer.window, 0) << "the client is not to send yet";
  EXPECT_EQ(answer.options, syn_options(ipv6() ? 1440 : 1460, 7));
  EXPECT_EQ(plane->table_bytes(ipv6()), before);
  EXPECT_EQ(count(EK_REASON_SYN_COOKIE), 1U);
}

TEST_P(SynProxy, WhoOffersNoWindowScaleIsOfferedNone) {
  const Segment answer = at_client(from_client({.flags = kSyn, .sequence = kClientIsn}));
  const Bytes segment_only = {
      2, 4, static_cast<uint8_t>((ipv6() ? 1440 : 1460) >> 8), static_cast<uint8_t>((ipv6() ? 1440 : 1460) & 255), 1, 1,
      1, 1};
  EXPECT_EQ(answer.options, segment_only);
}

TEST_P(SynProxy, TheAcknowledgementBecomesTheSynThatTheClientSent) {
  const Segment syn = acknowledge(ask(5, 1400));
  EXPECT_EQ(syn.flags, kSyn);
  EXPECT_EQ(syn.sequence, kClientIsn);
  EXPECT_EQ(syn.acknowledged, 0U);
  EXPECT_EQ(syn.options, syn_options(1400, 5));
  EXPECT_EQ(syn.window, 500 << 5) << "a SYN's window is not scaled";
  EXPECT_EQ(plane->service_live(service).half_open, 2U);
}

TEST_P(SynProxy, SegmentSizesAreRoundedDown) {
  EXPECT_EQ(acknowledge(ask(-1, 1459)).options, (Bytes{2, 4, 1440 >> 8, 1440 & 255, 1, 1, 1, 1}));
}

TEST_P(SynProxy, TheAnswerOpensTheClientsWindowAndWantsAnAcknowledgement) {
  const uint32_t cookie = ask();
  acknowledge(cookie);
  const Segment opener = accept(9);
  EXPECT_EQ(opener.flags, kAck);
  EXPECT_EQ(opener.sequence, cookie) << "a number that the client has seen";
  EXPECT_EQ(opener.payload, 1U) << "so that the client answers";
  EXPECT_EQ(opener.acknowledged, kClientIsn + 1);
  EXPECT_EQ(opener.window, 64000 >> 7);
  const Segment answer =
      at_real_server(from_client({.flags = kAck, .sequence = kClientIsn + 1, .acknowledged = cookie + 1}));
  EXPECT_EQ(answer.flags, kAck);
  EXPECT_EQ(answer.acknowledged, kServerIsn + 1);
  EXPECT_EQ(plane->service_live(service).half_open, 1U);
  EXPECT_EQ(plane->live(1).active, 1U);
}

TEST_P(SynProxy, NumbersDifferFromThenOn) {
  const uint32_t cookie = establish_proxied();
  const Segment request = at_real_server(from_client(
      {.flags = kAck | kPsh, .sequence = kClientIsn + 1, .acknowledged = cookie + 1, .window = 77, .payload = 11}));
  EXPECT_EQ(request.sequence, kClientIsn + 1);
  EXPECT_EQ(request.acknowledged, kServerIsn + 1);
  EXPECT_EQ(request.window, 77) << "the real server knows the client's scale";
  EXPECT_EQ(request.payload, 11U);
  const Segment answer = at_client(from_real_server(
      {.flags = kAck, .sequence = kServerIsn + 1, .acknowledged = kClientIsn + 12, .window = 100, .payload = 1000}));
  EXPECT_EQ(answer.sequence, cookie + 1);
  EXPECT_EQ(answer.acknowledged, kClientIsn + 12);
  EXPECT_EQ(answer.window, 100 << 2) << "9 is what the real server scales by, 7 what the client was told";
  const Segment last = at_client(
      from_real_server({.flags = kAck | kFin, .sequence = kServerIsn + 5001, .acknowledged = kClientIsn + 12}));
  EXPECT_EQ(last.sequence, cookie + 5001);
  EXPECT_EQ(last.flags, kAck | kFin);
}

TEST_P(SynProxy, WindowsAreScaledBothWays) {
  establish_proxied(5, 2);
  EXPECT_EQ(at_client(from_real_server({.flags = kAck, .sequence = kServerIsn + 1, .window = 0xffff})).window,
            0xffff >> 5);
}

TEST_P(SynProxy, AWindowStaysWithinItsField) {
  establish_proxied(5, 14);
  EXPECT_EQ(at_client(from_real_server({.flags = kAck, .sequence = kServerIsn + 1, .window = 0x8000})).window, 0xffff);
}

TEST_P(SynProxy, WithoutScalesWindowsStay) {
  const uint32_t cookie = ask(-1);
  EXPECT_EQ(acknowledge(cookie).window, 500);
  EXPECT_EQ(accept(-1).window, 64000);
  EXPECT_EQ(at_client(from_real_server({.flags = kAck, .sequence = kServerIsn + 1, .window = 321})).window, 321);
}

TEST_P(SynProxy, ARepeatedAnswerOpensAgain) {
  const uint32_t cookie = ask();
  acknowledge(cookie);
  accept();
  const Segment again = accept();  // the client's acknowledgement was lost
  EXPECT_EQ(again.sequence, cookie);
  EXPECT_EQ(again.payload, 1U);
}

TEST_P(SynProxy, AProbeOfTheClientRepeatsTheSyn) {
  const uint32_t cookie = ask();
  acknowledge(cookie);  // the SYN is lost on its way
  const Segment again =
      at_real_server(from_client({.flags = kAck, .sequence = kClientIsn, .acknowledged = cookie + 1}));
  EXPECT_EQ(again.flags, kSyn);
  EXPECT_EQ(again.sequence, kClientIsn);
}

TEST_P(SynProxy, ARefusalReachesTheClient) {
  const uint32_t cookie = ask();
  acknowledge(cookie);
  const Segment reset =
      at_client(from_real_server({.flags = kRst | kAck, .sequence = 0, .acknowledged = kClientIsn + 1, .window = 0}));
  EXPECT_EQ(reset.flags, kRst | kAck);
  EXPECT_EQ(reset.sequence, cookie + 1);
  EXPECT_EQ(reset.acknowledged, kClientIsn + 1);
}

TEST_P(SynProxy, OnlyTheRightCookieMakesAConnection) {
  const uint32_t cookie = ask();
  for (const uint32_t wrong :
       {cookie ^ 0x100, cookie ^ 0x80000000, cookie ^ 1, cookie ^ 0x10, cookie ^ 0x80, cookie + 1}) {
    EXPECT_EQ(from_client({.flags = kAck, .sequence = kClientIsn + 1, .acknowledged = wrong + 1}).verdict,
              Verdict::kPass);
  }
  EXPECT_EQ(from_client({.flags = kAck, .sequence = kClientIsn + 3, .acknowledged = cookie + 1}).verdict,
            Verdict::kPass)
      << "another number of the client's";
  EXPECT_EQ(plane
                ->run(with_segment(ip(client_address(), virtual_address()), kClientPort + 1, kPort,
                                   {.flags = kAck, .sequence = kClientIsn + 1, .acknowledged = cookie + 1}))
                .verdict,
            Verdict::kPass)
      << "another port";
  EXPECT_EQ(plane->service_live(service).half_open, 1U);
  acknowledge(cookie);
}

TEST_P(SynProxy, ACookieHoldsForOneEpochToTwo) {
  plane->set_tick(128 * 10 + 127);
  uint32_t cookie = ask();
  plane->advance(128);
  acknowledge(cookie);
  open({});
  serve({});
  plane->set_tick(128 * 10);
  send((ipv6() ? client6("fd77:1::78") : client("10.77.1.78")).tcp(1, kPort, kSyn));
  plane->arrays().service_live[service].half_open = 1;
  cookie = ask();
  plane->advance(256);
  EXPECT_EQ(from_client({.flags = kAck, .sequence = kClientIsn + 1, .acknowledged = cookie + 1}).verdict,
            Verdict::kPass);
}

TEST_P(SynProxy, WithoutACookieGivenNothingIsChecked) {
  open({});
  RealServerOptions server;
  server.method = GetParam().method;
  server.address = real_address();
  farm(1, {.flags = EK_SERVICE_SYN_COOKIES, .half_open_limit = 10}, server);
  EXPECT_EQ(from_client({.flags = kAck, .sequence = 1, .acknowledged = 1}).verdict, Verdict::kPass);
  EXPECT_EQ(count(EK_REASON_NOT_A_CONNECTION), 1U);
}

TEST_P(SynProxy, APersistentClientGoesToItsRealServer) {
  open({});
  serve({.persistence_timeout = 300});
  const uint32_t cookie = establish_proxied();
  bool confirmed = false;
  for (const Connection& connection : plane->connections(ipv6())) {
    confirmed = confirmed || connection.state == EK_STATE_TEMPLATE;
  }
  EXPECT_TRUE(confirmed) << "by the handshake's end";
  EXPECT_EQ(at_client(from_real_server({.flags = kAck, .sequence = kServerIsn + 1})).sequence, cookie + 1);
}

TEST_P(SynProxy, ASynInBetweenIsDropped) {
  const uint32_t cookie = ask();
  acknowledge(cookie);
  EXPECT_EQ(from_client({.flags = kSyn, .sequence = kClientIsn}).verdict, Verdict::kDrop) << "it was delayed";
  EXPECT_EQ(accept().sequence, cookie);
}

TEST_P(SynProxy, NothingIsKeptOfAConnectionThatEnds) {
  establish_proxied();
  at_client(from_real_server({.flags = kRst, .sequence = kServerIsn + 1}));
  plane->advance(11);
  plane->sweep(ipv6());
  plane->arrays().service_live[service].half_open = 0;
  // The same port again, below the limit: an ordinary connection, whose numbers stay.
  const Segment syn = at_real_server(from_client({.flags = kSyn, .sequence = 5}));
  EXPECT_EQ(syn.sequence, 5U);
  const Segment answer = at_client(from_real_server({.flags = kSyn | kAck, .sequence = 9, .acknowledged = 6}));
  EXPECT_EQ(answer.flags, kSyn | kAck);
  EXPECT_EQ(answer.sequence, 9U);
}

TEST_P(SynProxy, OddOptionsAreReadAsFarAsTheyMakeSense) {
  for (const Bytes& options : std::vector<Bytes>{{2, 4, 5},       // cut short by padding below
                                                 {2, 0, 0, 0},    // no length: endless
                                                 {3, 3, 200, 0},  // more than there is
                                                 {8, 40, 1, 1},   // reaches beyond the header
                                                 {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                                  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}}) {
    Bytes padded = options;
    padded.resize((options.size() + 3) / 4 * 4);
    EXPECT_EQ(at_client(from_client({.flags = kSyn, .sequence = kClientIsn, .options = padded})).flags, kSyn | kAck);
  }
}

TEST_P(SynProxy, ATaggedSynIsAnsweredWithItsTag) {
  Frame frame = Frame().vlan(7);
  Bytes syn = ipv6() ? frame.ipv6(client_address(), virtual_address()).tcp(kClientPort, kPort, kSyn).bytes()
                     : frame.ipv4(client_address(), virtual_address()).tcp(kClientPort, kPort, kSyn).bytes();
  Output output = plane->run(syn);
  ASSERT_EQ(output.verdict, Verdict::kTransmit);
  EXPECT_EQ(get16(output.bytes, 14) & 0xfff, 7);
  sound(Decoded(output.bytes));
}

// A router tells the real server that its segment was too large for the way to the client.
TEST_P(SynProxy, AnErrorCarriesTheNumberThatTheRealServerKnows) {
  const uint32_t cookie = establish_proxied();
  const Bytes sent = with_segment(ip(virtual_address(), client_address()), kPort, kClientPort,
                                  {.flags = kAck, .sequence = cookie + 1001, .payload = 100});
  Frame error = ip(ipv6() ? "fd99::1" : "10.99.0.1", virtual_address());
  error.icmp(ipv6() ? 2 : 3, ipv6() ? 0 : 4, ipv6()).raw(Bytes(sent.begin() + 14, sent.end()));
  const Output output = plane->run(Decoded(error.bytes()).with_l4_checksum());
  ASSERT_EQ(output.verdict, Verdict::kTransmit);
  const Decoded packet(output.bytes);
  EXPECT_TRUE(packet.l4_checksum_holds());
  const Decoded carried = packet.inner(8);
  EXPECT_EQ(carried.destination_port(), kClientPort);
  EXPECT_EQ(get32(carried.bytes(), carried.l4() + 4), kServerIsn + 1001);
}

std::string name_of(const testing::TestParamInfo<Kind>& info) {
  return std::string(info.param.method == EK_METHOD_NAT ? "Nat" : "Snat") + (info.param.ipv6 ? "6" : "4");
}

INSTANTIATE_TEST_SUITE_P(Methods, SynProxy,
                         testing::Values(Kind{EK_METHOD_NAT, false}, Kind{EK_METHOD_NAT, true},
                                         Kind{EK_METHOD_SNAT, false}, Kind{EK_METHOD_SNAT, true}),
                         name_of);

}  // namespace
}  // namespace evenkeel::packet
