// Several checks of a real server, and checks that several real servers share.

#include <algorithm>

#include "health/monitor.h"
#include "probe_bench.h"

namespace evenkeel::health {
namespace {

using model::HealthCheckType;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

class SharedChecks : public LoopTest {
 protected:
  static Target check(const model::RealServerKey& key, HealthCheckType type, uint16_t port, int number = 0) {
    Target target = target_of(type, port);
    target.key = key;
    target.check.interval = seconds(1);
    target.check.failure_count = 1;
    target.number = number;
    return target;
  }
  static Target follow(const model::RealServerKey& key, const std::string& service, int quorum = 1) {
    Target target = check(key, HealthCheckType::kFollow, 0);
    target.check.follow = service;
    target.quorum = quorum;
    return target;
  }
  Status status(const model::RealServerKey& key) {
    const auto statuses = monitor_.statuses();
    const auto found = std::ranges::find(statuses, key, &Status::key);
    return found == statuses.end() ? Status{} : *found;
  }
  bool run_until_verdict(const model::RealServerKey& key, Verdict verdict) {
    return run_until([&] { return status(key).verdict == verdict; });
  }
  void run_for(milliseconds duration) {
    io_.restart();
    io_.run_for(duration);
  }
  std::vector<model::RealServerKey> announced(Verdict verdict) const {
    std::vector<model::RealServerKey> keys;
    for (const Status& one : changes_) {
      if (one.verdict == verdict) keys.push_back(one.key);
    }
    return keys;
  }

  const model::RealServerKey a_{"A", "PS1"}, b_{"B", "PS1"}, c_{"C", "PS1"}, other_{"A", "PS2"};
  std::vector<Status> changes_;
  // A second of the checks' interval lasts this long here.
  Pace pace_{.second = milliseconds(5), .start_spread = milliseconds(5), .probes_at_once = 512};
  Monitor monitor_{io_, clock_, [this](const Status& one) { changes_.push_back(one); }, pace_};
};

TEST_F(SharedChecks, EqualOnesAreMadeOnce) {
  LoopbackServer server(io_, say(http_answer(200, "OK")));
  std::vector<Target> targets;
  for (const auto& key : {a_, b_, c_}) {
    targets.push_back(check(key, HealthCheckType::kNegotiate, server.port()));
    targets.back().check.interval = seconds(3600);
  }
  monitor_.configure(targets);
  ASSERT_TRUE(run_until([&] { return changes_.size() == 3; }));
  run_for(milliseconds(30));
  EXPECT_EQ(server.visits().connections, 1);
  EXPECT_THAT(announced(Verdict::kUp), testing::UnorderedElementsAre(a_, b_, c_));
}

TEST_F(SharedChecks, WhatDiffersInAnythingIsMadeOnItsOwn) {
  LoopbackServer server(io_, say(http_answer(200, "OK")));
  std::vector<Target> targets(5, check(a_, HealthCheckType::kNegotiate, server.port()));
  for (size_t i = 0; i < targets.size(); ++i) {
    targets[i].key.virtual_service += std::to_string(i);
    targets[i].check.interval = seconds(3600);
  }
  targets[1].check.interval = seconds(3599);
  targets[2].check.request = "/other";
  targets[3].check.success_count = 2;
  targets[4].check.database = "unused";  // by HTTP: no difference
  monitor_.configure(targets);
  ASSERT_TRUE(run_until([&] { return changes_.size() == targets.size(); }));
  run_for(milliseconds(30));
  EXPECT_EQ(server.visits().connections, 4);
}

TEST_F(SharedChecks, GoOnWhenOneOfTheirUsersIsGone) {
  LoopbackServer server(io_, accept_only());
  Target first = check(a_, HealthCheckType::kConnect, server.port());
  Target second = check(b_, HealthCheckType::kConnect, server.port());
  first.check.interval = second.check.interval = seconds(3600);
  monitor_.configure({first, second});
  ASSERT_TRUE(run_until_verdict(b_, Verdict::kUp));
  const Status before = status(b_);
  monitor_.configure({second});
  run_for(milliseconds(30));
  EXPECT_EQ(status(b_), before);
  EXPECT_EQ(server.visits().connections, 1);
}

TEST_F(SharedChecks, EveryOneMustPassUnlessFewerAreRequired) {
  LoopbackServer server(io_, accept_only());
  const uint16_t closed = closed_port(io_);
  std::vector<Target> targets{check(a_, HealthCheckType::kConnect, server.port()),
                              check(a_, HealthCheckType::kConnect, closed, 1)};
  monitor_.configure(targets);
  ASSERT_TRUE(run_until([&] {
    const Status now = status(a_);
    return now.verdict == Verdict::kDown && now.reason.starts_with("1 of 2 checks is well");
  }));
  EXPECT_THAT(status(a_).reason, StartsWith("1 of 2 checks is well, 2 are required: connect on port " +
                                            std::to_string(closed) + ": connection refused by 127.0.0.1:"));
  for (Target& target : targets) target.required = 1;
  monitor_.configure(targets);
  EXPECT_EQ(status(a_).verdict, Verdict::kUp) << "what is known of the checks is enough";
}

TEST_F(SharedChecks, AllPortsOfACheckAreOneCheck) {
  LoopbackServer server(io_, accept_only());
  const uint16_t closed = closed_port(io_);
  std::vector<Target> targets{check(a_, HealthCheckType::kConnect, server.port()),
                              check(a_, HealthCheckType::kConnect, closed)};
  for (Target& target : targets) target.required = 1;
  monitor_.configure(targets);
  ASSERT_TRUE(run_until_verdict(a_, Verdict::kDown));
  EXPECT_THAT(status(a_).reason, StartsWith("connection refused by 127.0.0.1:" + std::to_string(closed)));
  ASSERT_TRUE(monitor_.report(a_));
  EXPECT_EQ(monitor_.report(a_)->size(), 2U);
}

TEST_F(SharedChecks, AnAddedCheckTakesNobodyOutBeforeItIsMade) {
  LoopbackServer server(io_, accept_only());
  const uint16_t closed = closed_port(io_);
  const Target first = check(a_, HealthCheckType::kConnect, server.port());
  monitor_.configure({first});
  ASSERT_TRUE(run_until_verdict(a_, Verdict::kUp));
  monitor_.configure({first, check(a_, HealthCheckType::kConnect, closed, 1)});
  EXPECT_EQ(status(a_).verdict, Verdict::kUp);
  EXPECT_TRUE(run_until_verdict(a_, Verdict::kDown));
}

TEST_F(SharedChecks, ARestoredVerdictIsNotSpoiltByAnotherCheckOfAnotherServer) {
  LoopbackServer server(io_, accept_only());
  Status up, down;
  up.key = a_;
  up.verdict = Verdict::kUp;
  down.key = b_;
  down.verdict = Verdict::kDown;
  monitor_.restore({down, up});
  monitor_.configure({check(b_, HealthCheckType::kConnect, server.port()),
                      check(b_, HealthCheckType::kConnect, closed_port(io_), 1),
                      check(a_, HealthCheckType::kConnect, server.port())});
  EXPECT_EQ(status(a_).verdict, Verdict::kUp);
  EXPECT_EQ(status(b_).verdict, Verdict::kDown);
}

TEST_F(SharedChecks, FollowersGoWhereTheFollowedGoes) {
  auto server = std::make_unique<LoopbackServer>(io_, say(http_answer(200, "OK")));
  monitor_.configure({check(a_, HealthCheckType::kNegotiate, server->port()), follow(b_, "A"), follow(c_, "B")});
  EXPECT_EQ(status(c_).verdict, Verdict::kUnknown);
  ASSERT_TRUE(run_until_verdict(c_, Verdict::kUp));
  EXPECT_EQ(status(b_).verdict, Verdict::kUp);
  server->play(say(http_answer(500, "broken")));
  ASSERT_TRUE(run_until_verdict(c_, Verdict::kDown));
  EXPECT_EQ(status(b_).reason, "0 of 1 real servers of A pass their checks, 1 needed");
  EXPECT_THAT(announced(Verdict::kDown), testing::UnorderedElementsAre(a_, b_, c_));
}

TEST_F(SharedChecks, FollowersWaitForTheQuorumOfTheFollowed) {
  LoopbackServer server(io_, accept_only());
  monitor_.configure({check(a_, HealthCheckType::kConnect, server.port()),
                      check(other_, HealthCheckType::kConnect, closed_port(io_)), follow(b_, "A", 2),
                      follow(c_, "A", 1)});
  ASSERT_TRUE(run_until_verdict(b_, Verdict::kDown));
  EXPECT_TRUE(run_until_verdict(c_, Verdict::kUp));
}

TEST_F(SharedChecks, TheReceiverMayForgetThoseThatAreStillToBeAnnounced) {
  LoopbackServer server(io_, accept_only());
  int calls = 0;
  Monitor monitor(
      io_, clock_,
      [&](const Status&) {
        ++calls;
        monitor.configure({});
      },
      pace_);
  monitor.configure({check(a_, HealthCheckType::kConnect, server.port()), follow(b_, "A"),
                     check(c_, HealthCheckType::kConnect, server.port())});
  ASSERT_TRUE(run_until([&] { return calls > 0; }));
  run_for(milliseconds(20));
  EXPECT_EQ(calls, 1);
}

TEST_F(SharedChecks, JitterKeepsToItsBounds) {
  Monitor monitor(io_, clock_, nullptr,
                  {.second = milliseconds(60), .start_spread = milliseconds(1), .probes_at_once = 512});
  LoopbackServer server(io_, accept_only());
  Target target = check(a_, HealthCheckType::kConnect, server.port());
  target.check.jitter = 50;
  monitor.configure({target});
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(run_until([&] { return server.visits().connections == 10; }));
  // Nine gaps of at least half an interval, the first two of them half as long again.
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(60) * 7 / 2);
}

TEST_F(SharedChecks, PaperCutIsAskedPolitelyUnlessTheOperatorInsists) {
  Monitor monitor(io_, clock_, nullptr,
                  {.second = milliseconds(200), .start_spread = milliseconds(1), .probes_at_once = 512});
  LoopbackServer polite_server(io_, accept_only()), insistent_server(io_, accept_only());
  Target polite = check(a_, HealthCheckType::kNegotiate, polite_server.port());
  polite.check.request = "/api/health/application-server/status";
  Target insistent = check(b_, HealthCheckType::kNegotiate, insistent_server.port());
  insistent.check.request = polite.check.request;
  insistent.check.insist = true;
  polite.check.timeout = insistent.check.timeout = milliseconds(50);
  monitor.configure({polite, insistent});
  ASSERT_TRUE(run_until([&] { return insistent_server.visits().connections == 4; }));
  EXPECT_EQ(polite_server.visits().connections, 1);  // the second comes after a second and a half at the earliest
}

}  // namespace
}  // namespace evenkeel::health
