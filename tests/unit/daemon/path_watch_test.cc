#include "daemon/path_watch.h"

#include <gtest/gtest.h>

namespace evenkeel::daemon {
namespace {

using desired::Health;
using model::ForwardingMethod;
using model::HealthCheckType;

class PathTargetsTest : public testing::Test {
 protected:
  PathTargetsTest() {
    model::VirtualService service;
    service.label = "Mobility";
    service.address = IpAddress::parse("10.0.0.10").value();
    service.ports = model::PortSet::parse("53,9163,9164").value();
    service.real_servers = {{.label = "PS1", .address = IpAddress::parse("10.0.0.21").value()}};
    configuration.virtual_services = {service};
  }
  model::VirtualService& service() { return configuration.virtual_services[0]; }
  model::Configuration configuration;
};

TEST_F(PathTargetsTest, OnlyWhereTheRealServerKeepsTheVirtualAddress) {
  for (const auto method : {ForwardingMethod::kDirectRouting, ForwardingMethod::kTunnel}) {
    service().forwarding_method = method;
    ASSERT_EQ(path_targets(configuration).size(), 1U);
    EXPECT_EQ(path_targets(configuration)[0].is_tunnel, method == ForwardingMethod::kTunnel);
  }
  for (const auto method : {ForwardingMethod::kNat, ForwardingMethod::kSnat}) {
    service().forwarding_method = method;
    EXPECT_TRUE(path_targets(configuration).empty());
  }
}

TEST_F(PathTargetsTest, NotWhereNothingIsCheckedOrNotWanted) {
  for (const auto type : {HealthCheckType::kAlwaysOn, HealthCheckType::kAlwaysOff}) {
    service().health_check.type = type;
    EXPECT_TRUE(path_targets(configuration).empty());
  }
  service().health_check = {};
  service().health_check.path_check = false;
  EXPECT_TRUE(path_targets(configuration).empty());
}

TEST_F(PathTargetsTest, AsksWhereClientsGo) {
  EXPECT_EQ(path_targets(configuration)[0].virtual_endpoint.port, 53);
  EXPECT_EQ(path_targets(configuration)[0].own_port, 53);
  service().health_check.check_port = 9163;
  EXPECT_EQ(path_targets(configuration)[0].virtual_endpoint.port, 9163);
  service().health_check.check_port = 80;
  EXPECT_EQ(path_targets(configuration)[0].virtual_endpoint.port, 53);
  EXPECT_EQ(path_targets(configuration)[0].own_port, 80);
  service().ports = model::PortSet::any();
  EXPECT_EQ(path_targets(configuration)[0].virtual_endpoint.port, 80);
  service().health_check = {};
  service().health_check.type = HealthCheckType::kPing;
  EXPECT_TRUE(path_targets(configuration).empty()) << "no port is known";
}

TEST(WithPath, AServerThatIsUpNeedsAPathThatIsNotBroken) {
  health::PathStatus path;
  EXPECT_EQ(with_path(Health::kUp, nullptr), Health::kUp);
  EXPECT_EQ(with_path(Health::kUp, &path), Health::kUnknown);
  EXPECT_EQ(with_path(Health::kDown, &path), Health::kDown);
  path.is_pending = false;
  EXPECT_EQ(with_path(Health::kUp, &path), Health::kUp) << "it cannot be told";
  path.verdict = health::Verdict::kDown;
  EXPECT_EQ(with_path(Health::kUp, &path), Health::kDown);
  EXPECT_EQ(with_path(Health::kUnknown, &path), Health::kUnknown);
}

}  // namespace
}  // namespace evenkeel::daemon
