#include "daemon/health_targets.h"

#include <gtest/gtest.h>

namespace evenkeel::daemon {
namespace {

TEST(HealthTargets, AreEveryPortOfEveryCheckOfEveryRealServer) {
  model::VirtualService service;
  service.label = "WUI";
  service.ports = *model::PortSet::parse("9191");
  service.health_check.more_ports = *model::PortSet::parse("9191-9193");
  service.more_checks.resize(2);
  service.more_checks[0].type = model::HealthCheckType::kPing;
  service.more_checks[1].type = model::HealthCheckType::kFollow;
  service.more_checks[1].follow = "Print";
  service.required_checks = 2;
  service.real_servers.resize(2);
  service.real_servers[0].label = "App1";
  service.real_servers[1].label = "App2";
  model::VirtualService print;
  print.label = "Print";
  print.ports = *model::PortSet::parse("445");
  print.quorum = 3;
  model::Configuration configuration;
  configuration.virtual_services = {service, print};

  const auto targets = health_targets(configuration);
  ASSERT_EQ(targets.size(), 10U);
  const std::vector<int> numbers{0, 0, 0, 1, 2};
  for (size_t i = 0; i < targets.size(); ++i) {
    EXPECT_EQ(targets[i].key.real_server, i < numbers.size() ? "App1" : "App2");
    EXPECT_EQ(targets[i].number, numbers[i % numbers.size()]);
    EXPECT_EQ(targets[i].required, 2);
  }
  EXPECT_EQ(targets[0].port, 9191);
  EXPECT_EQ(targets[1].port, 9192);
  EXPECT_EQ(targets[2].port, 9193);
  EXPECT_EQ(targets[4].quorum, 3);
}

TEST(HealthTargets, OfOneRealServerItsMainCheck) {
  model::VirtualService service;
  service.label = "WUI";
  service.address = *IpAddress::parse("10.0.0.100");
  service.ports = *model::PortSet::parse("9191");
  service.more_checks.resize(1);
  service.more_checks[0].type = model::HealthCheckType::kPing;
  service.real_servers.resize(2);
  service.real_servers[0].label = "App1";
  service.real_servers[1].label = "App2";
  model::Configuration configuration;
  configuration.virtual_services = {service};

  const auto target = health_target(configuration, {"WUI", "App2"});
  ASSERT_TRUE(target);
  EXPECT_EQ(target->key.real_server, "App2");
  EXPECT_EQ(target->check, service.health_check);
  EXPECT_EQ(target->virtual_endpoint.to_string(), "10.0.0.100:9191");
  EXPECT_FALSE(health_target(configuration, {"WUI", "App3"}));
}

}  // namespace
}  // namespace evenkeel::daemon
