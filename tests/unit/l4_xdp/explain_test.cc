#include "engines/l4_xdp/explain.h"

#include <gmock/gmock.h>
#include <netinet/in.h>

#include "engines/l4_xdp/explain_packet.h"

namespace evenkeel::engines::l4_xdp {
namespace {

using testing::HasSubstr;

ExplanationContext context() {
  ExplanationContext context;
  context.client = *Endpoint::parse("10.0.0.5:40000");
  context.virtual_endpoint = *Endpoint::parse("10.0.0.1:80");
  context.virtual_service = "print";
  context.real_server = "PS2";
  context.scheduler = model::Scheduler::kWeightedLeastConnections;
  context.weight = 100;
  context.totals.active = 3;
  return context;
}

observed::Explanation explain(ek_decision decision, uint32_t reason = 0) {
  ek_explanation answer{};
  answer.decision = decision;
  answer.reason = reason;
  return to_words(answer, context());
}

TEST(Explain, EveryDecisionHasItsNameAndSentence) {
  const auto scheduled = explain(EK_DECISION_SCHEDULER);
  EXPECT_EQ(scheduled.decision, "scheduler");
  EXPECT_EQ(
      scheduled.sentence,
      "a new connection from 10.0.0.5:40000 to 10.0.0.1:80 would go to PS2: weighted least connections, 3 active of "
      "weight 100");
  EXPECT_EQ(scheduled.real_server, "PS2");
  EXPECT_EQ(explain(EK_DECISION_FALLBACK).decision, "fallback");
  EXPECT_THAT(explain(EK_DECISION_FALLBACK).sentence, HasSubstr("no real server of print takes connections"));
  EXPECT_THAT(explain(EK_DECISION_DROP, EK_REASON_ALL_OVERLOADED).sentence,
              HasSubstr("dropped: every usable real server is at its maximum"));
  EXPECT_EQ(explain(EK_DECISION_CONNECTION).decision, "connection");
  EXPECT_EQ(explain(EK_DECISION_PERSISTENCE).decision, "persistence");
  EXPECT_EQ(explain(EK_DECISION_LOCAL).decision, "local");
  EXPECT_EQ(explain(EK_DECISION_NOT_OURS).decision, "not_ours");
}

TEST(Explain, AnswersOfANewerProgramDoNoHarm) {
  ek_explanation answer{};
  answer.decision = 99;
  answer.reason = 99;
  EXPECT_EQ(to_words(answer, context()).decision, "not_ours");
}

uint32_t ones_sum(const std::vector<uint8_t>& bytes, size_t first, size_t length) {
  uint32_t sum = 0;
  for (size_t index = first; index < first + length; index += 2) sum += bytes[index] * 256U + bytes[index + 1];
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

TEST(FirstPacket, ATcpSyn) {
  const auto frame = first_packet(*Endpoint::parse("10.0.0.5:40000"), *Endpoint::parse("10.0.0.1:80"), IPPROTO_TCP);
  ASSERT_EQ(frame.size(), 14U + 20 + 20);
  EXPECT_EQ(frame[12] * 256 + frame[13], 0x0800);
  EXPECT_EQ(frame[14], 0x45);
  EXPECT_EQ(frame[16] * 256 + frame[17], 40) << "total length";
  EXPECT_EQ(frame[23], IPPROTO_TCP);
  EXPECT_EQ(ones_sum(frame, 14, 20), 0xffffU) << "header checksum";
  EXPECT_EQ(frame[34] * 256 + frame[35], 40000);
  EXPECT_EQ(frame[36] * 256 + frame[37], 80);
  EXPECT_EQ(frame[47], 0x02) << "SYN alone";
}

TEST(FirstPacket, AnIpv6Datagram) {
  const auto frame =
      first_packet(*Endpoint::parse("[2001:db8::5]:40000"), *Endpoint::parse("[2001:db8::1]:53"), IPPROTO_UDP);
  ASSERT_EQ(frame.size(), 14U + 40 + 8);
  EXPECT_EQ(frame[12] * 256 + frame[13], 0x86dd);
  EXPECT_EQ(frame[14] >> 4, 6);
  EXPECT_EQ(frame[18] * 256 + frame[19], 8);
  EXPECT_EQ(frame[20], IPPROTO_UDP);
  EXPECT_EQ(frame[22], 0x20);
  EXPECT_EQ(frame[58] * 256 + frame[59], 8) << "UDP length";
}

}  // namespace
}  // namespace evenkeel::engines::l4_xdp
