#include <sched.h>

#include <thread>

#include "probe_bench.h"

namespace evenkeel::health {
namespace {

using model::HealthCheckType;
using testing::MatchesRegex;
using testing::StartsWith;

class ConnectProbe : public ProbeTest {};

TEST_F(ConnectProbe, SucceedsAndSaysHowLongItTook) {
  LoopbackServer server(io_, accept_only());
  const ProbeResult result = probe(target_of(HealthCheckType::kConnect, server.port()));
  EXPECT_EQ(result.outcome, Outcome::kSuccess);
  EXPECT_THAT(result.reason, MatchesRegex("TCP connect to 127\\.0\\.0\\.1:[0-9]+ in [0-9]+\\.[0-9] ms"));
  EXPECT_EQ(result.rule, "connect");
  EXPECT_TRUE(result.trace.connected);
}

TEST_F(ConnectProbe, WorksOverIpv6) {
  LoopbackServer server(io_, accept_only(), "::1");
  const ProbeResult result = probe(target_of(HealthCheckType::kConnect, server.port(), "::1"));
  EXPECT_EQ(result.outcome, Outcome::kSuccess);
  EXPECT_THAT(result.reason, StartsWith("TCP connect to [::1]:"));
}

TEST_F(ConnectProbe, RefusalIsAFailure) {
  const uint16_t port = closed_port(io_);
  const ProbeResult result = probe(target_of(HealthCheckType::kConnect, port));
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_EQ(result.reason, "connection refused by 127.0.0.1:" + std::to_string(port));
}

TEST_F(ConnectProbe, SilenceIsAFailureAfterTheTimeout) {
  FullServer server(io_);
  Target target = target_of(HealthCheckType::kConnect, server.port());
  target.check.timeout = std::chrono::milliseconds(60);
  const auto begin = std::chrono::steady_clock::now();
  const ProbeResult result = probe(target);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, target.check.timeout);
  EXPECT_EQ(result.outcome, Outcome::kFailure);
  EXPECT_EQ(result.reason, "no answer from 127.0.0.1:" + std::to_string(server.port()) + " within 60 ms");
}

TEST_F(ConnectProbe, LeavesWithFin) {
  LoopbackServer server(io_, accept_only());
  probe(target_of(HealthCheckType::kConnect, server.port()));
  ASSERT_TRUE(run_until([&] { return !server.visits().endings.empty(); }));
  EXPECT_EQ(server.visits().endings[0], Ending::kFin);
}

TEST_F(ConnectProbe, LeavesWithFinEvenIfTheServerSpeaksFirst) {
  LoopbackServer server(io_, greet("220 mail.example ESMTP\r\n" + std::string(2000, 'x')));
  probe(target_of(HealthCheckType::kConnect, server.port()));
  ASSERT_TRUE(run_until([&] { return !server.visits().endings.empty(); }));
  EXPECT_EQ(server.visits().endings[0], Ending::kFin);
}

TEST_F(ConnectProbe, WithoutDescriptorsNothingIsSaidAboutTheServer) {
  // The probe before must leave no socket that could be used again.
  uint16_t nobodys = 0;
  {
    nobodys = LoopbackServer(io_, accept_only()).port();
  }
  probe(target_of(HealthCheckType::kConnect, nobodys));
  LoopbackServer server(io_, accept_only());
  const Target target = target_of(HealthCheckType::kConnect, server.port());
  const NoMoreDescriptors guard;
  const ProbeResult result = probe(target);
  EXPECT_EQ(result.outcome, Outcome::kNotChecked);
  EXPECT_EQ(result.reason, "not checked: Too many open files");
}

TEST_F(ConnectProbe, WithoutARouteNothingIsSaidAboutTheServer) {
  // In a network namespace without any interface up, seen by one thread only.
  bool has_namespace = true;
  std::thread([&] {
    has_namespace = ::unshare(CLONE_NEWNET) == 0;
    if (!has_namespace) return;
    for (const auto& [type, address] : {std::pair{HealthCheckType::kConnect, "192.0.2.1"},
                                        {HealthCheckType::kConnect, "2001:db8::1"},
                                        {HealthCheckType::kPing, "192.0.2.1"},
                                        {HealthCheckType::kPing, "2001:db8::1"}}) {
      const ProbeResult result = probe(target_of(type, 80, address));
      EXPECT_EQ(result.outcome, Outcome::kNotChecked) << address;
      EXPECT_THAT(result.reason, StartsWith("not checked: ")) << address;
    }
  }).join();
  if (!has_namespace) GTEST_SKIP() << "needs the right to make a network namespace";
}

TEST_F(ConnectProbe, IsSilentAfterCancel) {
  FullServer server(io_);
  Target target = target_of(HealthCheckType::kConnect, server.port());
  target.check.timeout = std::chrono::milliseconds(20);
  bool answered = false;
  const auto early = make_probe(tools_, target);
  early->start([&](const ProbeResult&) { answered = true; });
  early->cancel();  // before it has begun
  const auto late = make_probe(tools_, target);
  late->start([&](const ProbeResult&) { answered = true; });
  io_.poll();
  late->cancel();  // while connecting
  io_.restart();
  io_.run();
  EXPECT_FALSE(answered);
}

TEST_F(ConnectProbe, MayOutliveTheLoop) {
  auto io = std::make_unique<boost::asio::io_context>();
  ProbeTools tools(*io, clock_);
  FullServer server(*io);
  make_probe(tools, target_of(HealthCheckType::kConnect, server.port()))->start([](const ProbeResult&) { FAIL(); });
  io->poll();  // the loop is destroyed with the probe in flight
}

TEST_F(ConnectProbe, AlwaysOnAndAlwaysOffAskNobody) {
  EXPECT_EQ(probe(target_of(HealthCheckType::kAlwaysOn, 1)).outcome, Outcome::kSuccess);
  EXPECT_EQ(probe(target_of(HealthCheckType::kAlwaysOff, 1)).outcome, Outcome::kFailure);
}

}  // namespace
}  // namespace evenkeel::health
