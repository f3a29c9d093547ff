#include "desired/compute.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::desired {
namespace {

using model::OperatorState;
using testing::ElementsAre;

IpAddress address(const char* text) {
  return IpAddress::parse(text).value();
}

struct Farm {
  model::Configuration configuration;
  std::map<model::RealServerKey, Health> health;
  std::map<model::RealServerKey, OperatorState> operator_said;
  std::map<model::RealServerKey, int> weight_tenths;
  std::map<std::string, int> active_tier;
  std::map<model::RealServerKey, Feedback> feedback;

  Farm() {
    model::VirtualService service;
    service.label = "Print_Provider";
    service.address = address("10.0.0.100");
    service.ports = model::PortSet::any();
    for (const auto* label : {"PS1", "PS2"}) {
      model::RealServer server;
      server.label = label;
      server.address = address(label == std::string("PS1") ? "10.0.0.21" : "10.0.0.22");
      service.real_servers.push_back(server);
      health[{"Print_Provider", label}] = Health::kUp;
    }
    configuration.virtual_services.push_back(service);
  }
  model::VirtualService& service() { return configuration.virtual_services[0]; }
  State compute() const {
    return desired::compute({configuration, health, operator_said, weight_tenths, active_tier, feedback});
  }
  VirtualService computed() const { return compute().layer4.virtual_services[0]; }
};

TEST(Feedback, IsAShareOfTheWeightAndNeverLessThanOne) {
  Farm farm;
  const model::RealServerKey key{"Print_Provider", "PS1"};
  farm.feedback[key] = {.percent = 75};
  EXPECT_EQ(farm.computed().real_servers[0].weight, 75);
  EXPECT_EQ(farm.computed().real_servers[1].weight, 100);
  farm.weight_tenths[key] = 5;
  EXPECT_EQ(farm.computed().real_servers[0].weight, 37) << "of what a slow start gives it";
  farm.service().real_servers[0].weight = 3;
  farm.feedback[key] = {.percent = 1};
  EXPECT_EQ(farm.computed().real_servers[0].weight, 1);
  EXPECT_TRUE(farm.computed().real_servers[0].takes_new);
  farm.feedback[key] = {.percent = 0};
  EXPECT_EQ(farm.computed().real_servers[0].weight, 0);
  EXPECT_FALSE(farm.computed().real_servers[0].takes_new);
}

TEST(Feedback, DrainKeepsConnectionsAndDownIsAFailure) {
  Farm farm;
  farm.service().on_failure = model::OnFailure::kReset;
  const model::RealServerKey key{"Print_Provider", "PS1"};
  farm.feedback[key] = {.takes_new = false};
  auto server = farm.computed().real_servers[0];
  EXPECT_FALSE(server.takes_new || server.failed);
  EXPECT_EQ(server.established, Established::kKeep);
  farm.feedback[key] = {.is_down = true};
  server = farm.computed().real_servers[0];
  EXPECT_FALSE(server.takes_new);
  EXPECT_TRUE(server.failed);
  EXPECT_EQ(server.established, Established::kReset);
  farm.feedback[key] = {};
  farm.health[key] = Health::kDown;
  EXPECT_FALSE(farm.computed().real_servers[0].takes_new) << "an agent that is content does not outrank the check";
}

struct Case {
  Health health;
  OperatorState operator_said;
  bool takes_new;
  Established established;
  bool failed;
};

class RealServerRules : public testing::TestWithParam<Case> {};

TEST_P(RealServerRules, DecideWhatAServerMayDo) {
  Farm farm;
  farm.health[{"Print_Provider", "PS1"}] = GetParam().health;
  farm.operator_said[{"Print_Provider", "PS1"}] = GetParam().operator_said;
  const auto server = farm.computed().real_servers[0];
  EXPECT_EQ(server.takes_new, GetParam().takes_new);
  EXPECT_EQ(server.established, GetParam().established);
  EXPECT_EQ(server.failed, GetParam().failed);
}

constexpr auto kKeep = Established::kKeep;
constexpr auto kReset = Established::kReset;

INSTANTIATE_TEST_SUITE_P(Desired, RealServerRules,
                         testing::Values(Case{Health::kUp, OperatorState::kOnline, true, kKeep, false},
                                         Case{Health::kDown, OperatorState::kOnline, false, kKeep, true},
                                         Case{Health::kUnknown, OperatorState::kOnline, false, kKeep, false},
                                         Case{Health::kUp, OperatorState::kDrain, false, kKeep, false},
                                         Case{Health::kDown, OperatorState::kDrain, false, kKeep, true},
                                         Case{Health::kUp, OperatorState::kHalt, false, kReset, false},
                                         Case{Health::kDown, OperatorState::kHalt, false, kReset, true}));

TEST(Desired, TheServiceSaysWhatBecomesOfEstablishedConnections) {
  Farm farm;
  farm.health[{"Print_Provider", "PS1"}] = Health::kDown;
  farm.operator_said[{"Print_Provider", "PS2"}] = OperatorState::kHalt;
  farm.service().on_failure = model::OnFailure::kReset;
  farm.service().on_halt = model::OnHalt::kDrop;
  EXPECT_EQ(farm.computed().real_servers[0].established, Established::kReset);
  EXPECT_EQ(farm.computed().real_servers[1].established, Established::kDrop);
  farm.service().on_failure = model::OnFailure::kDrop;
  EXPECT_EQ(farm.computed().real_servers[0].established, Established::kDrop);
  farm.operator_said[{"Print_Provider", "PS1"}] = OperatorState::kHalt;
  farm.service().on_failure = model::OnFailure::kKeep;
  EXPECT_EQ(farm.computed().real_servers[0].established, Established::kDrop) << "the operator outranks the check";
}

TEST(Desired, ARealServerIsReachedAsItsServiceSays) {
  Farm farm;
  farm.service().forwarding_method = model::ForwardingMethod::kNat;
  farm.service().ports = *model::PortSet::parse("80");
  farm.service().real_servers[1].port = 8080;
  const auto service = farm.computed();
  EXPECT_EQ(service.real_servers[0].forwarding_method, model::ForwardingMethod::kNat);
  EXPECT_EQ(service.real_servers[0].port, 0);
  EXPECT_EQ(service.real_servers[1].port, 8080);
  EXPECT_THAT(service.source_addresses, testing::IsEmpty());
  farm.service().protocol = model::Protocol::kUdp;
  farm.service().one_packet = true;
  EXPECT_TRUE(farm.computed().one_packet);
}

TEST(Desired, CookiesAreForMethodsWhoseAnswersPassBy) {
  using model::ForwardingMethod;
  using model::SynFlood;
  Farm farm;
  farm.service().half_open_limit = 500;
  for (const auto& [method, expected] :
       std::map<ForwardingMethod, SynFlood>{{ForwardingMethod::kDirectRouting, SynFlood::kMakeRoom},
                                            {ForwardingMethod::kTunnel, SynFlood::kMakeRoom},
                                            {ForwardingMethod::kNat, SynFlood::kCookies},
                                            {ForwardingMethod::kSnat, SynFlood::kCookies}}) {
    farm.service().forwarding_method = method;
    EXPECT_EQ(farm.computed().syn_flood, expected);
  }
  farm.service().syn_flood = SynFlood::kTwice;
  EXPECT_EQ(farm.computed().syn_flood, SynFlood::kTwice) << "what was chosen stays";
  EXPECT_EQ(farm.computed().half_open_limit, 500U);
}

TEST(Desired, SourceAddressesAreHeldLikeVirtualOnes) {
  Farm farm;
  farm.service().forwarding_method = model::ForwardingMethod::kSnat;
  farm.service().interface = "eth0";
  EXPECT_THAT(farm.computed().source_addresses, ElementsAre(address("10.0.0.100")));
  EXPECT_THAT(farm.compute().network.virtual_addresses, ElementsAre(VirtualAddress{address("10.0.0.100"), "eth0"}));
  farm.service().source_addresses = {address("10.1.0.9"), address("10.0.0.100"), address("10.1.0.8")};
  EXPECT_EQ(farm.computed().source_addresses, farm.service().source_addresses);
  EXPECT_THAT(farm.compute().network.virtual_addresses,
              ElementsAre(VirtualAddress{address("10.0.0.100"), "eth0"}, VirtualAddress{address("10.1.0.8"), ""},
                          VirtualAddress{address("10.1.0.9"), ""}));
}

TEST(Desired, OnlyDirectRoutingNeedsRealServersOnLink) {
  using enum model::ForwardingMethod;
  for (const auto method : {kNat, kSnat, kTunnel}) {
    Farm farm;
    farm.service().forwarding_method = method;
    EXPECT_THAT(farm.compute().network.on_link, testing::IsEmpty());
    EXPECT_THAT(farm.compute().network.next_hops, ElementsAre(address("10.0.0.21"), address("10.0.0.22")));
  }
}

struct TwoTiers : Farm {
  TwoTiers() {
    service().real_servers[1].priority = 2;
    service().failback = false;
  }
  // What the daemon does: computes, and remembers which tier is in force.
  std::vector<bool> takes_new() {
    const auto now = computed();
    active_tier["Print_Provider"] = now.active_tier;
    return {now.real_servers[0].takes_new, now.real_servers[1].takes_new};
  }
  void set_health(const char* label, Health value) { health[{"Print_Provider", label}] = value; }
};

TEST(Desired, TheTierThatTookOverStays) {
  TwoTiers farm;
  EXPECT_THAT(farm.takes_new(), ElementsAre(true, false));
  EXPECT_EQ(farm.active_tier["Print_Provider"], 1);
  farm.set_health("PS1", Health::kDown);
  EXPECT_THAT(farm.takes_new(), ElementsAre(false, true));
  farm.set_health("PS1", Health::kUp);
  EXPECT_THAT(farm.takes_new(), ElementsAre(false, true));
  EXPECT_EQ(farm.active_tier["Print_Provider"], 2);
  EXPECT_FALSE(farm.computed().fallback_active);
  farm.operator_said[{"Print_Provider", "PS2"}] = OperatorState::kDrain;
  EXPECT_THAT(farm.takes_new(), ElementsAre(true, false));
  farm.operator_said.clear();
  EXPECT_THAT(farm.takes_new(), ElementsAre(true, false));
}

TEST(Desired, ATierThatIsCheckedFirstHasNotTakenOver) {
  TwoTiers farm;
  farm.set_health("PS1", Health::kUnknown);
  EXPECT_THAT(farm.takes_new(), ElementsAre(false, true)) << "somebody must answer";
  EXPECT_EQ(farm.active_tier["Print_Provider"], 0);
  farm.set_health("PS1", Health::kUp);
  EXPECT_THAT(farm.takes_new(), ElementsAre(true, false));
}

TEST(Desired, ATierThatTookOverStaysWhileAnotherIsNotCheckedYet) {
  TwoTiers farm;
  farm.active_tier["Print_Provider"] = 2;  // from before a restart
  farm.set_health("PS1", Health::kUnknown);
  EXPECT_THAT(farm.takes_new(), ElementsAre(false, true));
  farm.set_health("PS1", Health::kUp);
  EXPECT_THAT(farm.takes_new(), ElementsAre(false, true));
}

TEST(Desired, ASlowStartHasAShareOfTheWeight) {
  Farm farm;
  farm.weight_tenths[{"Print_Provider", "PS1"}] = 3;
  EXPECT_EQ(farm.computed().real_servers[0].weight, 30);
  EXPECT_EQ(farm.computed().real_servers[1].weight, 100);
  farm.service().real_servers[0].weight = 65535;
  EXPECT_EQ(farm.computed().real_servers[0].weight, 19660);
  farm.service().real_servers[0].weight = 2;
  EXPECT_EQ(farm.computed().real_servers[0].weight, 1) << "some, not none";
  EXPECT_TRUE(farm.computed().real_servers[0].takes_new);
  farm.service().real_servers[0].weight = 0;
  EXPECT_EQ(farm.computed().real_servers[0].weight, 0);
}

TEST(Desired, WeightZeroTakesNothingNew) {
  Farm farm;
  farm.service().real_servers[0].weight = 0;
  EXPECT_FALSE(farm.computed().real_servers[0].takes_new);
  EXPECT_EQ(farm.computed().real_servers[0].established, Established::kKeep);
}

TEST(Desired, FallbackIsActiveOnlyWhenNobodyTakesNewConnections) {
  Farm farm;
  EXPECT_FALSE(farm.computed().fallback_active);
  farm.health[{"Print_Provider", "PS1"}] = Health::kDown;
  EXPECT_FALSE(farm.computed().fallback_active);
  farm.operator_said[{"Print_Provider", "PS2"}] = OperatorState::kDrain;
  EXPECT_TRUE(farm.computed().fallback_active);
}

TEST(Desired, NoFallbackWhereNoneIsWanted) {
  Farm farm;
  farm.health.clear();
  farm.service().fallback.mode = model::FallbackMode::kNone;
  EXPECT_FALSE(farm.computed().fallback_active);
}

TEST(Desired, AlwaysOffActivatesNotEvenTheFallback) {
  Farm farm;
  farm.health.clear();
  farm.service().health_check.type = model::HealthCheckType::kAlwaysOff;
  EXPECT_FALSE(farm.computed().fallback_active);
  EXPECT_EQ(farm.computed().fallback, model::FallbackMode::kNone);
}

struct FallbackFarm : Farm {
  explicit FallbackFarm(const char* fallback) {
    service().fallback.mode = model::FallbackMode::kServer;
    service().fallback.address = address(fallback);
  }
  void fail_all() {
    for (auto& [key, value] : health) value = Health::kDown;
  }
};

TEST(Desired, AFallbackServerTakesWhatNobodyElseDoes) {
  FallbackFarm farm("10.0.0.50");
  auto servers = farm.computed().real_servers;
  ASSERT_EQ(servers.size(), 3U);
  EXPECT_EQ(servers[2].label, "fallback");
  EXPECT_EQ(servers[2].address, address("10.0.0.50"));
  EXPECT_EQ(servers[2].forwarding_method, model::ForwardingMethod::kDirectRouting);
  EXPECT_EQ(servers[2].weight, 1);
  EXPECT_FALSE(servers[2].takes_new);
  EXPECT_EQ(servers[2].established, Established::kKeep);
  EXPECT_THAT(farm.compute().network.on_link,
              ElementsAre(address("10.0.0.21"), address("10.0.0.22"), address("10.0.0.50")));
  farm.fail_all();
  servers = farm.computed().real_servers;
  EXPECT_TRUE(farm.computed().fallback_active);
  EXPECT_TRUE(servers[2].takes_new);
  EXPECT_FALSE(servers[0].takes_new);
}

TEST(Desired, MasqReachesTheFallbackServerByNat) {
  FallbackFarm farm("10.9.0.50");
  farm.service().fallback.masq = true;
  farm.service().fallback.port = 8080;
  const auto fallback = farm.computed().real_servers[2];
  EXPECT_EQ(fallback.forwarding_method, model::ForwardingMethod::kNat);
  EXPECT_EQ(fallback.port, 8080);
  const auto network = farm.compute().network;
  EXPECT_THAT(network.on_link, ElementsAre(address("10.0.0.21"), address("10.0.0.22"))) << "it may be behind a router";
  EXPECT_THAT(network.next_hops, testing::Contains(address("10.9.0.50")));
}

TEST(Desired, ARealServerMayBeTheFallback) {
  FallbackFarm farm("10.0.0.21");
  EXPECT_EQ(farm.computed().real_servers.size(), 2U);
  farm.service().on_failure = model::OnFailure::kReset;
  farm.fail_all();
  const auto servers = farm.computed().real_servers;
  EXPECT_TRUE(farm.computed().fallback_active);
  EXPECT_TRUE(servers[0].takes_new) << "its check may have failed because it is busy";
  EXPECT_FALSE(servers[0].failed);
  EXPECT_EQ(servers[0].established, Established::kKeep);
  EXPECT_FALSE(servers[1].takes_new);
  EXPECT_TRUE(servers[1].failed);
  farm.operator_said[{"Print_Provider", "PS1"}] = OperatorState::kHalt;
  EXPECT_FALSE(farm.computed().real_servers[0].takes_new) << "the operator outranks the fallback";
  farm.operator_said.clear();
  farm.service().real_servers[0].weight = 0;
  EXPECT_EQ(farm.computed().real_servers[0].weight, 1);
  EXPECT_TRUE(farm.computed().real_servers[0].takes_new);
}

TEST(Desired, AlwaysOffActivatesNoFallbackServer) {
  FallbackFarm farm("10.0.0.50");
  farm.health.clear();
  farm.service().health_check.type = model::HealthCheckType::kAlwaysOff;
  EXPECT_EQ(farm.computed().real_servers.size(), 2U);
}

TEST(Desired, NetworkHoldsEachAddressOnce) {
  Farm farm;
  auto second = farm.service();
  second.label = "MobilityPrint";
  farm.configuration.virtual_services.push_back(second);
  const auto network = farm.compute().network;
  EXPECT_THAT(network.virtual_addresses, ElementsAre(VirtualAddress{address("10.0.0.100"), ""}));
  EXPECT_THAT(network.on_link, ElementsAre(address("10.0.0.21"), address("10.0.0.22")));
  EXPECT_EQ(network.next_hops, network.on_link);
}

TEST(Desired, AutoNatIsForAllRealServersAndOffByDefault) {
  Farm farm;
  EXPECT_EQ(farm.compute().network.auto_nat, AutoNat{});
  farm.configuration.auto_nat = {true, {"eth0"}};
  const auto network = farm.compute().network;
  EXPECT_THAT(network.auto_nat.sources, ElementsAre(address("10.0.0.21"), address("10.0.0.22")));
  EXPECT_THAT(network.auto_nat.interfaces, ElementsAre("eth0"));
}

TEST(Desired, IsAPureFunction) {
  Farm farm;
  EXPECT_EQ(farm.compute(), farm.compute());
}

}  // namespace
}  // namespace evenkeel::desired
