#include "health/monitor.h"

#include <algorithm>
#include <map>

#include "probe_bench.h"

namespace evenkeel::health {
namespace {

using model::HealthCheckType;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// A second of the checks' interval lasts five milliseconds here.
constexpr Pace kFast{.second = milliseconds(5), .start_spread = milliseconds(5), .probes_at_once = 512};

class MonitorTest : public LoopTest {
 protected:
  static Target named(const std::string& name, Target target) {
    target.key = {"Service", name};
    target.check.interval = seconds(1);
    return target;
  }
  static Target connect_to(const std::string& name, uint16_t port) {
    return named(name, target_of(HealthCheckType::kConnect, port));
  }
  static Target always(const std::string& name, HealthCheckType type) { return named(name, target_of(type, 1)); }

  Status status(const std::string& name) {
    for (const Status& one : monitor_->statuses()) {
      if (one.key.real_server == name) return one;
    }
    ADD_FAILURE() << name << " is not known";
    return {};
  }
  bool run_until_verdict(const std::string& name, Verdict verdict) {
    return run_until([&] { return status(name).verdict == verdict; });
  }
  void run_for(milliseconds duration) {
    io_.restart();
    io_.run_for(duration);
  }
  void make(Pace pace) {
    monitor_ = std::make_unique<Monitor>(io_, clock_, [this](const Status& one) { changes_.push_back(one); }, pace);
  }
  std::vector<Verdict> verdicts_of(const std::string& name) const {
    std::vector<Verdict> verdicts;
    for (const Status& one : changes_) {
      if (one.key.real_server == name) verdicts.push_back(one.verdict);
    }
    return verdicts;
  }

  std::vector<Status> changes_;
  std::unique_ptr<Monitor> monitor_ =
      std::make_unique<Monitor>(io_, clock_, [this](const Status& one) { changes_.push_back(one); }, kFast);
};

TEST_F(MonitorTest, RemembersItsProbes) {
  auto server = std::make_unique<LoopbackServer>(io_, say(http_answer(500, "out of order")));
  monitor_->configure({named("A", target_of(HealthCheckType::kNegotiate, server->port()))});
  EXPECT_FALSE(monitor_->report({"Service", "B"}));
  ASSERT_TRUE(run_until_verdict("A", Verdict::kDown));
  const auto report = monitor_->report({"Service", "A"});
  ASSERT_TRUE(report);
  ASSERT_EQ(report->size(), 1u);
  const auto& check = report->front();
  EXPECT_EQ(check.name, "http on port " + std::to_string(server->port()));
  EXPECT_EQ(check.target.port, server->port());
  ASSERT_GE(check.probes.size(), 2u);
  ASSERT_TRUE(check.probes.front().evidence);
  EXPECT_EQ(check.probes.front().evidence->rule, "allowed_status");
  EXPECT_THAT(check.probes.front().evidence->trace.answer, HasSubstr("out of order"));
  EXPECT_GT(check.probes.front().duration.count(), 0);
}

TEST_F(MonitorTest, AServerRisesFallsAndRisesAgain) {
  auto server = std::make_unique<LoopbackServer>(io_, say(http_answer(200, "OK")));
  Target target = named("A", target_of(HealthCheckType::kNegotiate, server->port()));
  monitor_->configure({target});
  EXPECT_EQ(status("A").verdict, Verdict::kUnknown);
  EXPECT_FALSE(status("A").last_probe);
  ASSERT_TRUE(run_until_verdict("A", Verdict::kUp));
  EXPECT_TRUE(status("A").last_probe);
  EXPECT_GT(status("A").last_duration.count(), 0);
  server->play(say(http_answer(500, "broken")));
  ASSERT_TRUE(run_until_verdict("A", Verdict::kDown));
  EXPECT_GE(status("A").consecutive_failures, target.check.failure_count);
  EXPECT_THAT(status("A").reason, HasSubstr("HTTP 500"));
  server->play(say(http_answer(200, "OK")));
  ASSERT_TRUE(run_until_verdict("A", Verdict::kUp));
  EXPECT_EQ(status("A").consecutive_failures, 0);
  EXPECT_THAT(verdicts_of("A"), ElementsAre(Verdict::kUp, Verdict::kDown, Verdict::kUp));
}

TEST_F(MonitorTest, AChangeCarriesTheStatusOfThatMoment) {
  monitor_->configure({connect_to("A", closed_port(io_))});
  ASSERT_TRUE(run_until([&] { return !changes_.empty(); }));
  EXPECT_EQ(changes_[0].verdict, Verdict::kDown);
  EXPECT_EQ(changes_[0].consecutive_failures, 2);
  EXPECT_THAT(changes_[0].reason, StartsWith("connection refused by 127.0.0.1:"));
  EXPECT_GE(changes_[0].since, *changes_[0].last_probe);
}

TEST_F(MonitorTest, ConfigureItselfAnnouncesNothing) {
  monitor_->configure({always("A", HealthCheckType::kAlwaysOn), connect_to("B", closed_port(io_))});
  EXPECT_THAT(changes_, IsEmpty());
}

TEST_F(MonitorTest, AlwaysOnAndAlwaysOffDecideAtOnceAndOnlyOnce) {
  Target off = always("Off", HealthCheckType::kAlwaysOff);
  off.check.failure_count = 5;
  monitor_->configure({always("On", HealthCheckType::kAlwaysOn), off});
  ASSERT_TRUE(run_until([&] { return changes_.size() == 2; }));
  EXPECT_EQ(status("On").verdict, Verdict::kUp);
  EXPECT_EQ(status("Off").verdict, Verdict::kDown);
  run_for(milliseconds(50));
  EXPECT_EQ(status("Off").consecutive_failures, 1);
}

TEST_F(MonitorTest, AnUnchangedTargetKeepsStateAndRhythm) {
  LoopbackServer server(io_, accept_only());
  Target slow = connect_to("A", server.port());
  slow.check.interval = seconds(3600);
  monitor_->configure({slow});
  ASSERT_TRUE(run_until_verdict("A", Verdict::kUp));
  const Status before = status("A");
  for (int i = 0; i < 20; ++i) {
    monitor_->configure({slow, connect_to("B" + std::to_string(i), server.port())});
    run_for(milliseconds(1));
  }
  EXPECT_EQ(status("A"), before);
}

TEST_F(MonitorTest, AChangedCheckKeepsTheVerdictUntilAProbeSaysOtherwise) {
  LoopbackServer server(io_, accept_only());
  Target target = connect_to("A", server.port());
  monitor_->configure({target});
  ASSERT_TRUE(run_until_verdict("A", Verdict::kUp));
  const WallTime since = status("A").since;
  target.port = closed_port(io_);
  target.check.failure_count = 3;
  monitor_->configure({target});
  EXPECT_EQ(status("A").verdict, Verdict::kUp);
  EXPECT_EQ(status("A").since, since);
  ASSERT_TRUE(run_until([&] { return changes_.size() == 2; }));
  EXPECT_EQ(changes_[1].verdict, Verdict::kDown);
  EXPECT_EQ(changes_[1].consecutive_failures, 3);
}

TEST_F(MonitorTest, AnotherAddressIsAnotherServer) {
  LoopbackServer server(io_, accept_only());
  Target target = connect_to("A", server.port());
  monitor_->configure({target});
  ASSERT_TRUE(run_until_verdict("A", Verdict::kUp));
  target.address = *IpAddress::parse("127.0.0.2");
  monitor_->configure({target});
  EXPECT_EQ(status("A").verdict, Verdict::kUnknown);
  EXPECT_FALSE(status("A").last_probe);
  ASSERT_TRUE(run_until_verdict("A", Verdict::kDown));
}

TEST_F(MonitorTest, ARemovedTargetIsNotHeardOfAgain) {
  LoopbackServer server(io_, say(http_answer(200, "OK")));
  FullServer silent(io_);
  Target answering = named("A", target_of(HealthCheckType::kNegotiate, server.port()));
  Target hanging = connect_to("B", silent.port());
  hanging.check.timeout = milliseconds(20);
  // Removed after ever more steps of its probe.
  for (int steps = 0; steps < 40; ++steps) {
    monitor_->configure({answering, hanging});
    io_.restart();
    for (int i = 0; i < steps; ++i) io_.run_one_for(milliseconds(1));
    monitor_->configure({});
    EXPECT_THAT(monitor_->statuses(), IsEmpty());
    changes_.clear();
    run_for(milliseconds(1));
    EXPECT_THAT(changes_, IsEmpty()) << steps;
  }
}

TEST_F(MonitorTest, ReplacedInFlightIsProbedAnew) {
  FullServer silent(io_);
  LoopbackServer server(io_, accept_only());
  Target target = connect_to("A", silent.port());
  target.check.timeout = seconds(60);
  monitor_->configure({target});
  run_for(milliseconds(20));  // now connecting, with a minute to go
  target.port = server.port();
  monitor_->configure({target});
  EXPECT_TRUE(run_until_verdict("A", Verdict::kUp));
}

TEST_F(MonitorTest, StopIsFinalAndDestructionCleanWithProbesInFlight) {
  FullServer silent(io_);
  LoopbackServer server(io_, accept_only());
  std::vector<Target> targets;
  for (int i = 0; i < 50; ++i) {
    targets.push_back(connect_to("silent" + std::to_string(i), silent.port()));
    targets.push_back(connect_to("server" + std::to_string(i), server.port()));
    targets.push_back(named("http" + std::to_string(i), target_of(HealthCheckType::kNegotiate, server.port())));
    targets.push_back(named("ping" + std::to_string(i), target_of(HealthCheckType::kPing, 0)));
  }
  for (int steps = 0; steps < 400; steps += 40) {
    make(kFast);
    monitor_->configure(targets);
    io_.restart();
    for (int i = 0; i < steps; ++i) io_.run_one_for(milliseconds(1));
    if (steps % 80 == 0) monitor_->stop();
    monitor_.reset();
    changes_.clear();
    run_for(milliseconds(2));
    EXPECT_THAT(changes_, IsEmpty());
  }
}

TEST_F(MonitorTest, TheLoopMayEndWithProbesInFlight) {
  auto io = std::make_unique<boost::asio::io_context>();
  FullServer silent(*io);
  Monitor monitor(*io, clock_, nullptr, kFast);
  monitor.configure(
      {connect_to("A", silent.port()), named("B", target_of(HealthCheckType::kNegotiate, silent.port()))});
  io->run_for(milliseconds(20));
}

TEST_F(MonitorTest, TheReceiverMayDestroyTheMonitor) {
  LoopbackServer server(io_, accept_only());
  int calls = 0;
  monitor_ = std::make_unique<Monitor>(
      io_, clock_,
      [&](const Status&) {
        ++calls;
        monitor_.reset();
      },
      kFast);
  monitor_->configure({connect_to("A", server.port()), connect_to("B", server.port())});
  ASSERT_TRUE(run_until([&] { return calls > 0; }));
  run_for(milliseconds(20));
  EXPECT_EQ(calls, 1);
}

TEST_F(MonitorTest, TheReceiverMayReconfigure) {
  LoopbackServer server(io_, accept_only());
  Target other = connect_to("B", server.port());
  other.check.timeout += milliseconds(1);  // or it would share what is known
  monitor_ = std::make_unique<Monitor>(
      io_, clock_,
      [&](const Status& one) {
        changes_.push_back(one);
        monitor_->configure({other});
      },
      kFast);
  monitor_->configure({connect_to("A", server.port())});
  ASSERT_TRUE(run_until([&] { return changes_.size() == 2; }));
  EXPECT_EQ(changes_[1].key.real_server, "B");
}

class RestoredVerdict : public MonitorTest {
 protected:
  RestoredVerdict() {
    up_.key = {"Service", "A"};
    up_.verdict = Verdict::kUp;
    up_.since = clock_.wall_now() - std::chrono::hours(5);
    up_.reason = "HTTP 200";
    gone_ = up_;
    gone_.key.real_server = "Gone";
  }
  void expect_restored() {
    EXPECT_EQ(monitor_->statuses().size(), 2U);
    EXPECT_EQ(status("A"), up_);
    EXPECT_EQ(status("New").verdict, Verdict::kUnknown);
    EXPECT_THAT(changes_, IsEmpty());
  }

  LoopbackServer server_{io_, accept_only()};
  std::vector<Target> targets_{connect_to("A", closed_port(io_)), connect_to("New", server_.port())};
  Status up_;
  Status gone_;
};

TEST_F(RestoredVerdict, IsTakenByTargetsThatComeLater) {
  monitor_->restore({up_, gone_});
  monitor_->configure(targets_);
  expect_restored();
}

TEST_F(RestoredVerdict, HoldsUntilAProbeSaysOtherwise) {
  monitor_->configure(targets_);
  monitor_->restore({up_, gone_});
  expect_restored();
  ASSERT_TRUE(run_until_verdict("A", Verdict::kDown));
  EXPECT_THAT(verdicts_of("A"), ElementsAre(Verdict::kDown));
  monitor_->restore({up_});  // too late: it has been probed
  EXPECT_EQ(status("A").verdict, Verdict::kDown);
}

TEST_F(MonitorTest, OurOwnTroubleChangesNoVerdict) {
  const LoopbackServer loop_is_running(io_, accept_only());  // has the descriptors that the loop itself needs
  monitor_->configure({named("A", target_of(HealthCheckType::kPing, 0))});
  ASSERT_TRUE(run_until_verdict("A", Verdict::kUp));
  {
    const NoMoreDescriptors guard;
    ASSERT_TRUE(run_until([&] { return status("A").reason.ends_with("Too many open files"); }));
    run_for(milliseconds(50));  // ten more probes
    EXPECT_EQ(status("A").verdict, Verdict::kUp);
    EXPECT_EQ(status("A").consecutive_failures, 0);
  }
  ASSERT_TRUE(run_until([&] { return !status("A").reason.starts_with("not checked"); }));
  EXPECT_EQ(changes_.size(), 1U);
}

TEST_F(MonitorTest, ProbesOfOneTargetNeverOverlap) {
  LoopbackServer server(io_, drip(http_answer(200, std::string(40, 'x'))));  // takes longer than the interval
  monitor_->configure({named("A", target_of(HealthCheckType::kNegotiate, server.port()))});
  int most_open = 0;
  ASSERT_TRUE(run_until([&] {
    const Visits& visits = server.visits();
    most_open = std::max(most_open, visits.connections - static_cast<int>(visits.endings.size()));
    return visits.connections == 5;
  }));
  // The one before may still be saying goodbye.
  EXPECT_LE(most_open, 2);
}

TEST_F(MonitorTest, TheIntervalIsKept) {
  constexpr auto kInterval = milliseconds(200);
  make({.second = kInterval, .start_spread = milliseconds(1), .probes_at_once = 512});
  LoopbackServer server(io_, drip(http_answer(200, std::string(100, 'x'))));  // takes most of the interval
  monitor_->configure({named("A", target_of(HealthCheckType::kNegotiate, server.port()))});
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(run_until([&] { return server.visits().connections == 5; }));
  // Four gaps, of which the first two may be shortened by half. That they are from start to start: rhythm_test.cc.
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 3 * kInterval);
}

TEST_F(MonitorTest, NoMoreProbesAtOnceThanAllowedAndEachGetsItsTurn) {
  Pace narrow = kFast;
  narrow.probes_at_once = 3;
  make(narrow);
  LoopbackServer server(io_, drip(http_answer(200, "OK")));
  std::vector<Target> targets;
  for (int i = 0; i < 20; ++i) {
    targets.push_back(named("T" + std::to_string(i), target_of(HealthCheckType::kNegotiate, server.port())));
    targets.back().check.interval = seconds(3600);
    targets.back().check.timeout += milliseconds(i);  // or they would be one probe
  }
  monitor_->configure(targets);
  int most_answering = 0;
  ASSERT_TRUE(run_until([&] {
    const Visits& visits = server.visits();
    most_answering = std::max(most_answering, visits.connections - static_cast<int>(visits.endings.size()));
    return changes_.size() == targets.size();
  }));
  EXPECT_LE(most_answering, 6);  // three in use, three saying goodbye
}

TEST_F(MonitorTest, TwoThousandTargetsAtOnce) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  if (before.rlim_max < 4096) GTEST_SKIP() << "needs more descriptors";
  const rlimit enough{4096, before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &enough);
  make({.second = milliseconds(200), .start_spread = milliseconds(200), .probes_at_once = 512});
  LoopbackServer server(io_, accept_only(), "0.0.0.0");
  const uint16_t closed = closed_port(io_);
  std::vector<Target> targets;
  targets.reserve(2000);
  for (int i = 0; i < 2000; ++i) {
    targets.push_back(connect_to("T" + std::to_string(i), i % 4 == 0 ? closed : server.port()));
    targets.back().address = *IpAddress::parse("127.1." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1));
  }
  monitor_->configure(targets);
  ASSERT_TRUE(run_until([&] { return changes_.size() == targets.size(); }));
  int down = 0;
  for (const Status& one : monitor_->statuses()) down += one.verdict == Verdict::kDown ? 1 : 0;
  EXPECT_EQ(down, 500);
  EXPECT_EQ(changes_.size(), targets.size()) << "nobody flaps";
  monitor_.reset();
  ::setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace evenkeel::health
