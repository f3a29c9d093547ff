#include "daemon/snapshot_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/feedback.h"
#include "desired/compute.h"

namespace evenkeel::daemon {
namespace {

using engines::ObjectStatus;
using health::Verdict;
using model::OperatorState;
using observed::RealServerState;
using observed::VirtualServiceState;
using testing::HasSubstr;
using testing::SizeIs;

class SnapshotTest : public testing::Test {
 protected:
  SnapshotTest() {
    model::VirtualService service;
    service.label = "Print_Provider";
    service.address = IpAddress::parse("10.0.0.100").value();
    for (const auto* label : {"PS1", "PS2"}) {
      model::RealServer server;
      server.label = label;
      server.address = IpAddress::parse(label == std::string("PS1") ? "10.0.0.21" : "10.0.0.22").value();
      service.real_servers.push_back(server);
      set_health(label, Verdict::kUp);
    }
    configuration.virtual_services.push_back(service);
  }

  void set_health(const char* label, Verdict verdict) {
    const model::RealServerKey key{"Print_Provider", label};
    health[key] = {.key = key, .verdict = verdict, .since = {}, .reason = "checked", .last_probe = {}};
  }
  void say(const char* label, OperatorState state) {
    const model::RealServerKey key{"Print_Provider", label};
    actions[key] = {key, state, "anna", "new toner", {}};
  }
  void refuse(const std::string& object) {
    statuses[object] = {object, ObjectStatus::State::kFailed, "refused by the kernel"};
  }
  std::map<model::RealServerKey, desired::Feedback> said_by_agents() const {
    std::map<model::RealServerKey, desired::Feedback> said;
    for (const auto& [key, status] : feedback) said[key] = to_desired(status);
    return said;
  }
  desired::State desired_state() {
    std::map<model::RealServerKey, desired::Health> verdicts;
    for (const auto& [key, status] : health) {
      if (status.verdict != Verdict::kUnknown) {
        verdicts[key] = status.verdict == Verdict::kUp ? desired::Health::kUp : desired::Health::kDown;
      }
    }
    std::map<model::RealServerKey, OperatorState> said;
    for (const auto& [key, action] : actions) said[key] = action.state;
    return desired::compute({configuration, verdicts, said, weight_tenths, active_tier, said_by_agents()});
  }
  observed::VirtualService service() {
    const auto want = desired_state();
    return build_snapshot({.configuration = configuration,
                           .revision = 3,
                           .read_only = false,
                           .now = {},
                           .desired = want,
                           .health = health,
                           .paths = paths,
                           .operator_actions = actions,
                           .next_hops = {},
                           .interfaces = {{"Print_Provider", "eth0"}},
                           .statuses = statuses,
                           .counters = counters,
                           .notices = {},
                           .alarms = alarms,
                           .service_alarms = service_alarms,
                           .feedback = feedback})
        .virtual_services.at(0);
  }

  model::Configuration configuration;
  std::map<model::RealServerKey, health::Status> health;
  std::map<model::RealServerKey, health::PathStatus> paths;
  std::map<model::RealServerKey, model::OperatorAction> actions;
  std::map<std::string, ObjectStatus> statuses;
  std::map<model::RealServerKey, int> weight_tenths;
  std::map<model::RealServerKey, health::FeedbackStatus> feedback;
  std::map<std::string, int> active_tier;
  std::map<model::RealServerKey, std::string> alarms;
  std::map<std::string, std::string> service_alarms;
  engines::l4_xdp::L4Engine::Counters counters;
};

TEST_F(SnapshotTest, AVirtualServiceHasItsOwnReasons) {
  counters.service_reasons = {{{"Print", "halted"}, 1},
                              {{"Print_Provider", "halted"}, 2},
                              {{"Print_Provider", "no_real_server"}, 3},
                              {{"Print_Provider2", "halted"}, 4}};
  const auto reasons = service().reasons;
  ASSERT_THAT(reasons, SizeIs(2));
  EXPECT_EQ(reasons[0].name, "halted");
  EXPECT_EQ(reasons[0].packets, 2U);
  EXPECT_EQ(reasons[1].name, "no_real_server");
  EXPECT_EQ(reasons[1].packets, 3U);
}

TEST_F(SnapshotTest, AnAgentsWordIsShownAndObeyed) {
  using Contact = health::FeedbackStatus::Contact;
  const model::RealServerKey key{"Print_Provider", "PS1"};
  feedback[key] = {.key = key, .contact = Contact::kAnswers, .said = {.percent = 40}, .answer = "40%", .reason = "so"};
  auto server = service().real_servers[0];
  EXPECT_EQ(server.state, RealServerState::kUp);
  EXPECT_EQ(server.effective_weight, 40);
  EXPECT_EQ(server.feedback->state, "ready");
  EXPECT_EQ(server.feedback->answer, "40%");
  EXPECT_FALSE(service().real_servers[1].feedback);

  feedback[key].said = {.mode = health::AgentMode::kDrain};
  server = service().real_servers[0];
  EXPECT_EQ(server.state, RealServerState::kDrained);
  EXPECT_EQ(server.reason, "so");
  EXPECT_EQ(server.feedback->state, "drain");
  feedback[key].said = {.is_up = false};
  server = service().real_servers[0];
  EXPECT_EQ(server.state, RealServerState::kDown);
  EXPECT_EQ(server.effective_weight, 0);

  feedback[key] = {.key = key, .contact = Contact::kSilent, .said = {}, .answer = "", .reason = "silent"};
  server = service().real_servers[0];
  EXPECT_EQ(server.state, RealServerState::kUp);
  EXPECT_EQ(server.effective_weight, 100);
  EXPECT_EQ(server.feedback->state, "silent");
}

TEST_F(SnapshotTest, AnAlarmIsShownOnTheRealServerAndItsVirtualService) {
  EXPECT_EQ(service().alarm, "");
  alarms[{"Print_Provider", "PS1"}] = "80 % of the source ports";
  EXPECT_EQ(service().real_servers[0].alarm, "80 % of the source ports");
  EXPECT_EQ(service().alarm, "PS1: 80 % of the source ports");
  service_alarms["Print_Provider"] = "a flood of SYNs";
  EXPECT_EQ(service().alarm, "a flood of SYNs");
}

TEST_F(SnapshotTest, ASlowStartShowsInTheEffectiveWeight) {
  weight_tenths[{"Print_Provider", "PS1"}] = 3;
  EXPECT_EQ(service().real_servers[0].effective_weight, 30);
  EXPECT_EQ(service().state, VirtualServiceState::kUp);
}

TEST_F(SnapshotTest, AServerThatStandsByIsHealthy) {
  configuration.virtual_services[0].real_servers[1].priority = 2;
  EXPECT_EQ(service().state, VirtualServiceState::kUp);
  EXPECT_EQ(service().active_tier, 1);
  EXPECT_EQ(service().real_servers[1].state, RealServerState::kStandby);
  EXPECT_THAT(service().real_servers[1].reason, HasSubstr("stands by as tier 2"));
  EXPECT_EQ(service().real_servers[1].effective_weight, 0);
  set_health("PS1", Verdict::kDown);
  EXPECT_EQ(service().state, VirtualServiceState::kDegraded);
  EXPECT_EQ(service().active_tier, 2);
  EXPECT_EQ(service().real_servers[1].state, RealServerState::kUp);
  EXPECT_FALSE(service().fallback_active);
}

TEST_F(SnapshotTest, ABrokenPathIsTheSecondLampAndTheReason) {
  paths[{"Print_Provider", "PS1"}] = {.key = {},
                                      .verdict = Verdict::kDown,
                                      .is_pending = false,
                                      .since = {},
                                      .reason = "no loopback",
                                      .last_probe = {}};
  const auto server = service().real_servers[0];
  EXPECT_EQ(server.state, RealServerState::kDown);
  EXPECT_EQ(server.reason, "no loopback");
  EXPECT_EQ(server.server_check.state, observed::Lamp::State::kUp);
  ASSERT_TRUE(server.path_check);
  EXPECT_EQ(server.path_check->state, observed::Lamp::State::kDown);
  EXPECT_FALSE(service().real_servers[1].path_check);
}

TEST_F(SnapshotTest, APathThatWasNotLookedAtIsUnknownButOneThatCannotBeToldIsUp) {
  auto& path = paths[{"Print_Provider", "PS1"}];
  EXPECT_EQ(service().real_servers[0].state, RealServerState::kUnknown);
  path.is_pending = false;
  EXPECT_EQ(service().real_servers[0].state, RealServerState::kUp);
}

TEST_F(SnapshotTest, AllUp) {
  EXPECT_EQ(service().state, VirtualServiceState::kUp);
  EXPECT_FALSE(service().fallback_active);
  EXPECT_EQ(service().interface, "eth0");
  EXPECT_EQ(service().real_servers[0].effective_weight, 100);
}

TEST_F(SnapshotTest, OneDownIsDegraded) {
  set_health("PS2", Verdict::kDown);
  EXPECT_EQ(service().state, VirtualServiceState::kDegraded);
  EXPECT_THAT(service().reason, HasSubstr("1 of 2"));
  EXPECT_EQ(service().real_servers[1].state, RealServerState::kDown);
  EXPECT_EQ(service().real_servers[1].effective_weight, 0);
}

TEST_F(SnapshotTest, AllDownIsDownWithFallback) {
  set_health("PS1", Verdict::kDown);
  set_health("PS2", Verdict::kUnknown);
  EXPECT_EQ(service().state, VirtualServiceState::kDown);
  EXPECT_TRUE(service().fallback_active);
}

TEST_F(SnapshotTest, APanicIsShownAndWhoIsUsedInIt) {
  configuration.virtual_services[0].panic_threshold = 60;
  set_health("PS2", Verdict::kDown);
  EXPECT_EQ(service().state, VirtualServiceState::kDegraded);
  EXPECT_TRUE(service().panic);
  EXPECT_EQ(service().reason, "panic: 1 of 2 real servers are healthy, fewer than 60 %: all of them are used");
  EXPECT_EQ(service().real_servers[1].state, RealServerState::kDown);
  EXPECT_EQ(service().real_servers[1].reason, "panic: used although its check fails: checked");
  EXPECT_EQ(service().real_servers[1].effective_weight, 100);
  set_health("PS1", Verdict::kDown);
  EXPECT_FALSE(service().fallback_active);
  configuration.virtual_services[0].panic_threshold = 0;
  EXPECT_FALSE(service().panic);
  EXPECT_TRUE(service().fallback_active);
}

TEST_F(SnapshotTest, WithoutTheQuorumItIsDown) {
  configuration.virtual_services[0].quorum = 2;
  set_health("PS2", Verdict::kDown);
  EXPECT_EQ(service().state, VirtualServiceState::kDown);
  EXPECT_EQ(service().reason, "fewer real servers are usable than the quorum of 2");
  EXPECT_EQ(service().real_servers[0].state, RealServerState::kStandby);
  EXPECT_THAT(service().real_servers[0].reason, HasSubstr("quorum"));
  EXPECT_TRUE(service().fallback_active);
}

TEST_F(SnapshotTest, TakenOfflineByTheOperatorIsNotAFailure) {
  say("PS1", OperatorState::kDrain);
  say("PS2", OperatorState::kHalt);
  EXPECT_EQ(service().state, VirtualServiceState::kOffline);
  EXPECT_TRUE(service().fallback_active);
  EXPECT_EQ(service().real_servers[0].state, RealServerState::kDrained);
  EXPECT_EQ(service().real_servers[0].reason, "drained by anna: new toner");
  EXPECT_EQ(service().real_servers[1].state, RealServerState::kHalted);
}

TEST_F(SnapshotTest, WeightZeroIsShownAsDrained) {
  configuration.virtual_services[0].real_servers[0].weight = 0;
  EXPECT_EQ(service().real_servers[0].state, RealServerState::kDrained);
  EXPECT_EQ(service().real_servers[0].reason, "its weight is 0");
}

TEST_F(SnapshotTest, WhatAnEngineRefusedStandsOnTheObject) {
  refuse("next_hop/10.0.0.21");
  EXPECT_EQ(service().real_servers[0].state, RealServerState::kFailed);
  EXPECT_EQ(service().real_servers[0].reason, "refused by the kernel");
  EXPECT_EQ(service().real_servers[1].state, RealServerState::kUp);
  refuse("virtual_address/10.0.0.100");
  EXPECT_EQ(service().state, VirtualServiceState::kFailed);
}

TEST_F(SnapshotTest, WhatIsWrongWithTheFallbackServerStandsOnItsService) {
  auto& fallback = configuration.virtual_services[0].fallback;
  fallback.mode = model::FallbackMode::kServer;
  fallback.address = IpAddress::parse("10.0.0.50").value();
  EXPECT_EQ(service().reason, "");
  EXPECT_THAT(service().real_servers, SizeIs(2));
  refuse("next_hop/10.0.0.50");
  EXPECT_EQ(service().state, VirtualServiceState::kUp);
  EXPECT_EQ(service().reason, "the fallback server cannot be used: refused by the kernel");
  set_health("PS1", Verdict::kDown);
  EXPECT_EQ(service().reason,
            "1 of 2 real servers take connections; the fallback server cannot be used: refused by the kernel");
  statuses.clear();
  refuse("virtual_service/Print_Provider/real_server/fallback");
  EXPECT_THAT(service().reason, HasSubstr("the fallback server cannot be used"));
}

TEST_F(SnapshotTest, ALayer7VirtualServiceIsNamedWhereItIsTheFallback) {
  model::Layer7Service backup;
  backup.label = "Backup";
  backup.address = IpAddress::parse("10.0.0.50").value();
  backup.ports = model::PortSet::parse("80").value();
  configuration.layer7_services = {backup};
  configuration.virtual_services[0].ports = backup.ports;
  auto& fallback = configuration.virtual_services[0].fallback;
  EXPECT_EQ(service().layer7_fallback, "");
  fallback.mode = model::FallbackMode::kServer;
  fallback.address = backup.address;
  EXPECT_EQ(service().layer7_fallback, "Backup");
  EXPECT_EQ(service().reason, "");
  refuse("virtual_service/Backup");
  EXPECT_EQ(service().reason, "the fallback server cannot be used: refused by the kernel");
}

TEST_F(SnapshotTest, EngineTroubleBecomesANotice) {
  refuse("engine/l4_xdp");
  statuses["interface/eth0"] = {"interface/eth0", ObjectStatus::State::kNotice, "generic XDP"};
  refuse("virtual_service/Print_Provider");
  const auto want = desired_state();
  const auto snapshot = build_snapshot({.configuration = configuration,
                                        .revision = 3,
                                        .read_only = false,
                                        .now = {},
                                        .desired = want,
                                        .health = health,
                                        .operator_actions = actions,
                                        .next_hops = {},
                                        .interfaces = {},
                                        .statuses = statuses,
                                        .counters = {},
                                        .notices = {}});
  EXPECT_THAT(snapshot.notices, SizeIs(2));
}

TEST_F(SnapshotTest, AServiceWithoutServersSaysSo) {
  configuration.virtual_services[0].real_servers.clear();
  EXPECT_EQ(service().state, VirtualServiceState::kDown);
  EXPECT_EQ(service().reason, "it has no real servers");
  EXPECT_TRUE(service().fallback_active);
}

}  // namespace
}  // namespace evenkeel::daemon
