// Resets in the name of a real server that is halted or has failed, where the service asks for them: with every method,
// and of connections whose numbers are other ones at the real server.
#include <gtest/gtest.h>

#include "proxied.h"

namespace evenkeel::packet {
namespace {

constexpr uint32_t kResetting = EK_REAL_SERVER_HAS_NEXT_HOP | EK_REAL_SERVER_RESETS;

// It must reach the client as from the virtual address, with these numbers.
void expect_reset(const Output& output, const Bytes& about, const std::string& virtual_address,
                  const std::string& client_address, const Segment& wanted) {
  ASSERT_EQ(output.verdict, Verdict::kTransmit);
  const Decoded reset(output.bytes);
  EXPECT_EQ(reset.source(), virtual_address);
  EXPECT_EQ(reset.destination(), client_address);
  EXPECT_EQ(reset.source_port(), kPort);
  EXPECT_EQ(reset.destination_port(), kClientPort);
  EXPECT_EQ(reset.protocol(), kTcp);
  const Segment segment = Segment::of(reset);
  EXPECT_EQ(segment.flags, wanted.flags);
  EXPECT_EQ(segment.sequence, wanted.sequence);
  EXPECT_EQ(segment.acknowledged, wanted.acknowledged);
  EXPECT_EQ(segment.payload, 0U);
  EXPECT_TRUE(reset.ip_checksum_holds());
  EXPECT_TRUE(reset.l4_checksum_holds());
  EXPECT_EQ(reset.end(), output.bytes.size());
  EXPECT_EQ(reset.mac(), Bytes(about.begin() + 6, about.begin() + 12)) << "by the way it came";
}

class Reset : public WayLab {
 protected:
  void SetUp() override { open({}); }

  static Bytes segment(const Segment& segment) { return with_segment(request(), kClientPort, kPort, segment); }
  void establish_and_halt() {
    serve(1);
    send(request().tcp(kClientPort, kPort, kSyn));
    send(request().tcp(kClientPort, kPort, kAck));
    plane->set_real_server(1, real_server(1, kResetting));
  }
  void expect_answered(const Segment& sent, const Segment& wanted) const {
    expect_reset(plane->run(segment(sent)), segment(sent), virtual_address(), client_address(), wanted);
  }
};

TEST_P(Reset, AnswersTheNextSegmentWithTheNumberThatItAcknowledged) {
  establish_and_halt();
  expect_answered({.flags = kAck | kPsh, .sequence = 7, .acknowledged = 0x12345678, .payload = 100},
                  {.flags = kRst, .sequence = 0x12345678});
  expect_answered({.flags = kAck | kFin, .sequence = 107, .acknowledged = 0x12345679},
                  {.flags = kRst, .sequence = 0x12345679});
  EXPECT_EQ(count(EK_REASON_RESET), 2U);
  EXPECT_EQ(count(EK_REASON_HALTED), 0U);
}

TEST_P(Reset, ASegmentWithoutAcknowledgementIsAcknowledged) {
  establish_and_halt();
  expect_answered({.flags = kFin | kPsh, .sequence = 0xfffffffe, .payload = 9},
                  {.flags = kRst | kAck, .acknowledged = 0xfffffffeU + 9 + 1});
}

TEST_P(Reset, OptionsAreLeftOut) {
  establish_and_halt();
  expect_answered({.flags = kAck, .acknowledged = 5, .options = Bytes(40, 1), .payload = 3},
                  {.flags = kRst, .sequence = 5});
}

TEST_P(Reset, AResetIsNotAnswered) {
  establish_and_halt();
  EXPECT_EQ(verdict(request().tcp(kClientPort, kPort, kRst)), Verdict::kDrop);
}

// What it still sends is neither for the client nor answered: it may be coming up again.
TEST_P(Reset, TheRealServerIsNotAnswered) {
  if (!is_translated()) GTEST_SKIP() << "answers go round the load balancer";
  establish_and_halt();
  EXPECT_EQ(verdict(ip(real_address(), source_address()).tcp(kPort, kClientPort, kAck, 100)), Verdict::kDrop);
  EXPECT_EQ(count(EK_REASON_HALTED), 1U);
  EXPECT_EQ(count(EK_REASON_RESET), 0U);
}

TEST_P(Reset, UdpIsNotAnswered) {
  serve(1);
  send(request().udp(kClientPort, kPort));
  plane->set_real_server(1, real_server(1, kResetting));
  EXPECT_EQ(verdict(request().udp(kClientPort, kPort)), Verdict::kDrop);
}

// SNAT: where the client's own port was taken at the real server, the client knows nothing of the other one.
TEST_P(Reset, HasTheClientsPortWhateverTheRealServersWas) {
  if (!is_snat()) GTEST_SKIP() << "only SNAT changes the client's port";
  serve(1);
  send(ip(client_address(1), virtual_address()).tcp(kClientPort, kPort, kSyn));
  const Decoded syn(send(request().tcp(kClientPort, kPort, kSyn)).bytes);
  ASSERT_NE(syn.source_port(), kClientPort);
  plane->set_real_server(1, real_server(1, kResetting));
  expect_answered({.flags = kAck, .acknowledged = 99}, {.flags = kRst, .sequence = 99});
}

INSTANTIATE_TEST_SUITE_P(Ways, Reset, all_ways(), name_of_way);

// ---- connections that a SYN cookie has begun: a reset has the numbers that the client knows ----

class ResetOfProxied : public ProxyLab {
 protected:
  void halt() const { plane->set_real_server(1, real_server(1, kResetting)); }
  void expect_answered(const Segment& sent, const Segment& wanted) const {
    expect_reset(from_client(sent), request().bytes(), virtual_address(), client_address(), wanted);
  }
};

TEST_P(ResetOfProxied, AcknowledgesTheCookiesNumbers) {
  const uint32_t cookie = establish_proxied();
  ASSERT_NE(cookie, kServerIsn);
  at_client(from_real_server({.flags = kAck, .sequence = kServerIsn + 1, .payload = 1000}));
  halt();
  expect_answered({.flags = kAck, .sequence = kClientIsn + 1, .acknowledged = cookie + 1001, .payload = 10},
                  {.flags = kRst, .sequence = cookie + 1001});
  expect_answered({.flags = kFin, .sequence = kClientIsn + 11},
                  {.flags = kRst | kAck, .acknowledged = kClientIsn + 12});
  EXPECT_EQ(count(EK_REASON_RESET), 2U);
}

TEST_P(ResetOfProxied, BeforeTheRealServerHasAnswered) {
  const uint32_t cookie = ask();
  acknowledge(cookie);
  halt();
  expect_answered({.flags = kAck, .sequence = kClientIsn + 1, .acknowledged = cookie + 1},
                  {.flags = kRst, .sequence = cookie + 1});
}

TEST_P(ResetOfProxied, OfTheRealServersOwnHasTheCookiesNumber) {
  const uint32_t cookie = establish_proxied();
  const Segment reset = at_client(from_real_server({.flags = kRst, .sequence = kServerIsn + 501}));
  EXPECT_EQ(reset.flags, kRst);
  EXPECT_EQ(reset.sequence, cookie + 501);
}

TEST_P(ResetOfProxied, OfTheClientsOwnHasTheNumbersOfTheRealServer) {
  const uint32_t cookie = establish_proxied();
  const Segment reset =
      at_real_server(from_client({.flags = kRst | kAck, .sequence = kClientIsn + 11, .acknowledged = cookie + 501}));
  EXPECT_EQ(reset.flags, kRst | kAck);
  EXPECT_EQ(reset.sequence, kClientIsn + 11);
  EXPECT_EQ(reset.acknowledged, kServerIsn + 501);
}

INSTANTIATE_TEST_SUITE_P(Methods, ResetOfProxied, translating_ways(), name_of_way);

}  // namespace
}  // namespace evenkeel::packet
