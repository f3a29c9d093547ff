#include "health/path_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "health/path_verdict.h"

namespace evenkeel::health {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using Kind = PathAnswer::Kind;
using std::chrono::milliseconds;

constexpr uint16_t kPort = 61200;
constexpr uint32_t kSequence = 100;
constexpr uint32_t kOwnSequence = 500;
const MacAddress kServer = MacAddress::parse("02:00:00:00:00:21").value();
const MacAddress kOther = MacAddress::parse("02:00:00:00:00:22").value();

class PathProbeTest : public testing::Test {
 protected:
  PathProbe probe() const { return {target, way, kPort, kSequence, kOwnSequence}; }
  PathAnswer about_virtual(Kind kind) const {
    return {.kind = kind,
            .flow = {{way.source, kPort}, target.virtual_endpoint},
            .acknowledged = kSequence + 1,
            .reporter = target.address,
            .quoted_sequence = kSequence};
  }
  PathAnswer about_own(Kind kind) const {
    return {.kind = kind,
            .flow = {{way.source, kPort}, {target.address, target.own_port}},
            .acknowledged = kOwnSequence + 1,
            .quoted_sequence = kOwnSequence};
  }
  static PathProbe::Step taken(PathProbe& asked, const PathAnswer& answer, PathProbe::Sender sender = {kServer, ""}) {
    auto step = asked.take(answer, sender, milliseconds(1));
    EXPECT_TRUE(step);
    return step.value_or(PathProbe::Step{});
  }

  PathTarget target{.key = {"Printing", "PS1"},
                    .virtual_endpoint = Endpoint::parse("10.0.0.10:445").value(),
                    .address = IpAddress::parse("10.0.0.21").value(),
                    .own_port = 9163};
  PathWay way{"eth0", kServer, IpAddress::parse("10.0.0.2").value(), true};
};

TEST_F(PathProbeTest, AnAcceptedConnectionIsResetAtOnce) {
  PathProbe asked = probe();
  EXPECT_THAT(asked.begin().send, SizeIs(1));
  const auto step = taken(asked, about_virtual(Kind::kSynAck));
  ASSERT_TRUE(step.result);
  EXPECT_EQ(step.result->outcome, PathOutcome::kOpen);
  EXPECT_EQ(step.result->reason, "VIP 10.0.0.10:445 answers over TCP in 1.0 ms");
  EXPECT_THAT(step.send, testing::ElementsAre(render_reset({{way.source, kPort}, target.virtual_endpoint}, 101)));
}

TEST_F(PathProbeTest, SilenceBreaksThePathOnlyWhereTheServerItselfAnswers) {
  PathProbe alive = probe();
  EXPECT_THAT(alive.remind().send, SizeIs(2)) << "again, and at its own address";
  EXPECT_FALSE(taken(alive, about_own(Kind::kSynAck)).result) << "the virtual address may still answer";
  const auto broken = alive.expire(milliseconds(500));
  EXPECT_EQ(broken.outcome, PathOutcome::kBroken);
  EXPECT_THAT(broken.reason, HasSubstr("VIP 10.0.0.10 is not configured on the server's loopback"));
  EXPECT_THAT(broken.reason, HasSubstr("ip address add 10.0.0.10/32 dev lo"));
  PathProbe dead = probe();
  (void)dead.remind();
  EXPECT_EQ(dead.expire(milliseconds(500)).outcome, PathOutcome::kDeadServer);
}

TEST_F(PathProbeTest, ARefusalIsBelievedOnceTheServerAnswersAtItsOwnAddress) {
  PathProbe asked = probe();
  const auto refused = taken(asked, about_virtual(Kind::kReset));
  EXPECT_THAT(refused.send, SizeIs(1)) << "it asks at once";
  EXPECT_FALSE(refused.result);
  const auto step = taken(asked, about_own(Kind::kSynAck));
  ASSERT_TRUE(step.result);
  EXPECT_EQ(step.result->outcome, PathOutcome::kBroken);
  EXPECT_THAT(step.result->reason, HasSubstr("nothing listens at VIP 10.0.0.10"));
  PathProbe stopped = probe();
  (void)taken(stopped, about_virtual(Kind::kReset));
  EXPECT_EQ(taken(stopped, about_own(Kind::kReset)).result->outcome, PathOutcome::kDeadServer);
}

TEST_F(PathProbeTest, AnotherRealServersAnswerIsNoneButAnotherInterfacesIs) {
  PathProbe passed_on = probe();
  const auto step = taken(passed_on, about_virtual(Kind::kSynAck), {kOther, "PS2"});
  EXPECT_EQ(step.result->outcome, PathOutcome::kBroken);
  EXPECT_THAT(step.result->reason, HasSubstr("PS2 (02:00:00:00:00:22) answers instead"));
  PathProbe teamed = probe();
  const auto other = taken(teamed, about_virtual(Kind::kSynAck), {kOther, ""});
  EXPECT_EQ(other.result->outcome, PathOutcome::kOpen);
  EXPECT_THAT(other.result->reason, HasSubstr("another interface"));
}

TEST_F(PathProbeTest, WhatAnswersSomethingElseIsNoAnswer) {
  PathProbe asked = probe();
  PathAnswer earlier = about_virtual(Kind::kSynAck);
  earlier.acknowledged = 7;
  PathAnswer elsewhere = about_virtual(Kind::kSynAck);
  elsewhere.flow.target.port = 80;
  for (const auto& answer : {earlier, elsewhere, about_virtual(Kind::kDatagram)}) {
    EXPECT_FALSE(asked.take(answer, {kServer, ""}, milliseconds(1)));
  }
}

TEST_F(PathProbeTest, ATunnelTravelsInAnotherPacketAndItsErrorsAreUnderstood) {
  target.is_tunnel = true;
  way.is_direct = false;
  PathProbe asked = probe();
  EXPECT_EQ(asked.begin().send.front().at(9), 4);
  PathAnswer error{.kind = Kind::kUnreachable,
                   .unreachable = Unreachable::kProtocol,
                   .reporter = target.address,
                   .tunnel_end = target.address};
  const auto step = taken(asked, error);
  EXPECT_EQ(step.send.front().at(9), 6) << "its own address is asked outside of the tunnel";
  EXPECT_THAT(taken(asked, about_own(Kind::kSynAck)).result->reason, HasSubstr("does not take tunnelled packets"));
  error.tunnel_end = IpAddress::parse("10.0.0.22").value();
  PathProbe other = probe();
  EXPECT_FALSE(other.take(error, {kServer, ""}, milliseconds(1)));
}

TEST_F(PathProbeTest, UdpSilenceSaysNothingAndARefusalMuch) {
  target.is_udp = true;
  target.own_port = 445;
  EXPECT_EQ(probe().expire(milliseconds(500)).outcome, PathOutcome::kUndecided);
  PathProbe answered = probe();
  EXPECT_EQ(taken(answered, about_virtual(Kind::kDatagram)).result->outcome, PathOutcome::kOpen);
  PathProbe refused = probe();
  PathAnswer nobody = about_virtual(Kind::kUnreachable);
  nobody.unreachable = Unreachable::kPort;
  EXPECT_THAT(taken(refused, nobody).send, SizeIs(1)) << "at its own address";
  EXPECT_EQ(refused.expire(milliseconds(500)).outcome, PathOutcome::kBroken) << "which takes it without a word";
}

class PathVerdictTest : public testing::Test {
 protected:
  bool take(PathOutcome outcome) { return count(status, {outcome, "said"}, 2, WallTime{}); }
  PathStatus status;
};

TEST_F(PathVerdictTest, GoesDownAfterFailureCountAndUpAfterOne) {
  EXPECT_FALSE(take(PathOutcome::kBroken));
  EXPECT_TRUE(status.is_pending);
  EXPECT_TRUE(take(PathOutcome::kBroken));
  EXPECT_EQ(status.verdict, Verdict::kDown);
  EXPECT_TRUE(take(PathOutcome::kOpen));
  EXPECT_EQ(status.verdict, Verdict::kUp);
  EXPECT_FALSE(take(PathOutcome::kBroken));
  EXPECT_FALSE(take(PathOutcome::kOpen));
  EXPECT_FALSE(take(PathOutcome::kBroken)) << "not in a row";
}

TEST_F(PathVerdictTest, WhatCannotBeToldLetsClientsComeAtOnceWhereNothingIsKnown) {
  EXPECT_FALSE(take(PathOutcome::kNotChecked));
  EXPECT_TRUE(status.is_pending);
  EXPECT_TRUE(take(PathOutcome::kUndecided));
  EXPECT_FALSE(status.is_pending);
  EXPECT_EQ(status.verdict, Verdict::kUnknown);
}

TEST_F(PathVerdictTest, ABrokenPathIsNotForgottenBecauseTheServerIsDead) {
  take(PathOutcome::kBroken);
  take(PathOutcome::kBroken);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(take(PathOutcome::kDeadServer));
  EXPECT_EQ(status.verdict, Verdict::kDown);
  EXPECT_FALSE(take(PathOutcome::kUndecided));
  EXPECT_TRUE(take(PathOutcome::kUndecided));
  EXPECT_EQ(status.verdict, Verdict::kUnknown);
}

}  // namespace
}  // namespace evenkeel::health
