// SYN cookies: connections that begin with an answer of ours and go on with a real server, whose numbers are others.
#include <gtest/gtest.h>

#include "proxied.h"

namespace evenkeel::packet {
namespace {

class SynProxy : public ProxyLab {};

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
  WayLab::serve(1, {.flags = EK_SERVICE_SYN_COOKIES, .half_open_limit = 10});
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

INSTANTIATE_TEST_SUITE_P(Methods, SynProxy, translating_ways(), name_of_way);

}  // namespace
}  // namespace evenkeel::packet
