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
  State compute() const { return desired::compute({configuration, health, operator_said}); }
  VirtualService computed() const { return compute().layer4.virtual_services[0]; }
};

struct Case {
  Health health;
  OperatorState operator_said;
  bool takes_new, keeps_established, failed;
};

class RealServerRules : public testing::TestWithParam<Case> {};

TEST_P(RealServerRules, DecideWhatAServerMayDo) {
  Farm farm;
  farm.health[{"Print_Provider", "PS1"}] = GetParam().health;
  farm.operator_said[{"Print_Provider", "PS1"}] = GetParam().operator_said;
  const auto server = farm.computed().real_servers[0];
  EXPECT_EQ(server.takes_new, GetParam().takes_new);
  EXPECT_EQ(server.keeps_established, GetParam().keeps_established);
  EXPECT_EQ(server.failed, GetParam().failed);
}

INSTANTIATE_TEST_SUITE_P(Desired, RealServerRules,
                         testing::Values(Case{Health::kUp, OperatorState::kOnline, true, true, false},
                                         Case{Health::kDown, OperatorState::kOnline, false, true, true},
                                         Case{Health::kUnknown, OperatorState::kOnline, false, true, false},
                                         Case{Health::kUp, OperatorState::kDrain, false, true, false},
                                         Case{Health::kDown, OperatorState::kDrain, false, true, true},
                                         Case{Health::kUp, OperatorState::kHalt, false, false, false},
                                         Case{Health::kDown, OperatorState::kHalt, false, false, true}));

TEST(Desired, WeightZeroTakesNothingNew) {
  Farm farm;
  farm.service().real_servers[0].weight = 0;
  EXPECT_FALSE(farm.computed().real_servers[0].takes_new);
  EXPECT_TRUE(farm.computed().real_servers[0].keeps_established);
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
