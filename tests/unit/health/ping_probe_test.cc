#include "probe_bench.h"

namespace evenkeel::health {
namespace {

using model::HealthCheckType;
using testing::HasSubstr;
using testing::MatchesRegex;

class PingProbe : public ProbeTest {
 protected:
  // The right to open ICMP sockets is the daemon's, not every developer's.
  static bool may_ping(const ProbeResult& result) { return result.reason.find("ICMP socket") == std::string::npos; }
};

TEST_F(PingProbe, LoopbackAnswers) {
  for (const char* address : {"127.0.0.1", "::1"}) {
    const ProbeResult result = probe(target_of(HealthCheckType::kPing, 0, address));
    if (!may_ping(result)) GTEST_SKIP() << result.reason;
    EXPECT_EQ(result.outcome, Outcome::kSuccess) << result.reason;
    EXPECT_THAT(result.reason, MatchesRegex("ping reply from [0-9.:]+ in [0-9]+\\.[0-9] ms"));
  }
}

TEST_F(PingProbe, ManyAtOnceEachGetTheirOwnReply) {
  int answers = 0;
  std::vector<std::shared_ptr<Probe>> probes;
  for (int i = 0; i < 100; ++i) {
    probes.push_back(make_probe(tools_, target_of(HealthCheckType::kPing, 0, i % 2 == 0 ? "127.0.0.1" : "::1")));
    probes.back()->start([&](const ProbeResult& result) {
      EXPECT_TRUE(result.outcome == Outcome::kSuccess || !may_ping(result)) << result.reason;
      ++answers;
    });
  }
  EXPECT_TRUE(run_until([&] { return answers == 100; }));
}

TEST_F(PingProbe, WithoutDescriptorsNothingIsSaidAboutTheServer) {
  const LoopbackServer loop_is_running(io_, accept_only());  // has the descriptors that the loop itself needs
  const Target target = target_of(HealthCheckType::kPing, 0);
  probe(target);
  let_everything_close();
  const NoMoreDescriptors guard;
  const ProbeResult result = probe(target);
  EXPECT_EQ(result.outcome, Outcome::kNotChecked);
  EXPECT_THAT(result.reason, HasSubstr("Too many open files"));
}

}  // namespace
}  // namespace evenkeel::health
