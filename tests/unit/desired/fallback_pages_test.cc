#include "desired/fallback_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "desired/compute.h"

namespace evenkeel::desired {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}
Endpoint at(const char* text) {
  return *Endpoint::parse(text);
}

model::VirtualService service(const char* label, const char* ports) {
  model::VirtualService made;
  made.label = label;
  made.address = ip("10.0.0.100");
  made.ports = *model::PortSet::parse(ports);
  return made;
}

model::Layer7Service layer7(const char* label) {
  model::Layer7Service made;
  made.label = label;
  made.address = ip("10.0.0.200");
  made.ports = *model::PortSet::parse("80");
  return made;
}

TEST(FallbackPages, ThereAreNoneWhereNobodyNeedsThem) {
  model::Configuration configuration;
  EXPECT_THAT(compute_fallback_pages(configuration).pages, IsEmpty());
  configuration.virtual_services = {service("Print", "445")};
  EXPECT_THAT(compute_fallback_pages(configuration).pages, IsEmpty());
}

TEST(FallbackPages, Port80HasItWithoutBeingAsked) {
  model::Configuration configuration;
  configuration.virtual_services = {service("Web", "80,443")};
  const auto pages = compute_fallback_pages(configuration).pages;
  ASSERT_EQ(pages.size(), 1U);
  EXPECT_THAT(pages[0].endpoints, ElementsAre(at("[::]:9081"), at("0.0.0.0:9081"), at("10.0.0.100:80")));
}

TEST(FallbackPages, ThePageModeIsForEveryPort) {
  model::Configuration configuration;
  configuration.virtual_services = {service("WUI", "9191-9193")};
  configuration.virtual_services[0].fallback.mode = model::FallbackMode::kPage;
  configuration.virtual_services[0].fallback.page = "<p>own";
  const auto pages = compute_fallback_pages(configuration).pages;
  ASSERT_EQ(pages.size(), 2U);
  EXPECT_EQ(pages[1].virtual_service, "WUI");
  EXPECT_EQ(pages[1].html, "<p>own");
  EXPECT_THAT(pages[1].endpoints, ElementsAre(at("10.0.0.100:9191"), at("10.0.0.100:9192"), at("10.0.0.100:9193")));
}

TEST(FallbackPages, OtherModesUdpAndAlwaysOffHaveNone) {
  model::Configuration configuration;
  configuration.virtual_services = {service("A", "80")};
  auto& only = configuration.virtual_services[0];
  only.fallback.mode = model::FallbackMode::kNone;
  EXPECT_THAT(compute_fallback_pages(configuration).pages, IsEmpty());
  only.fallback.mode = model::FallbackMode::kPage;
  only.protocol = model::Protocol::kUdp;
  EXPECT_THAT(compute_fallback_pages(configuration).pages, IsEmpty());
  only.protocol = model::Protocol::kTcp;
  only.health_check.type = model::HealthCheckType::kAlwaysOff;
  EXPECT_THAT(compute_fallback_pages(configuration).pages, IsEmpty());
}

TEST(FallbackPages, Layer7ReachesItOnThisMachine) {
  model::Configuration configuration;
  configuration.layer7_services = {layer7("Web")};
  ASSERT_EQ(compute_fallback_pages(configuration).pages.size(), 1U);
  EXPECT_EQ(page_endpoint(configuration.layer7_services[0]), at("127.0.0.1:9081"));
  configuration.layer7_services[0].fallback_page = "<p>own";
  const auto pages = compute_fallback_pages(configuration).pages;
  ASSERT_EQ(pages.size(), 2U);
  const auto own = page_endpoint(configuration.layer7_services[0]);
  ASSERT_TRUE(own);
  EXPECT_TRUE(own->address.is_loopback());
  EXPECT_NE(own->address, ip("127.0.0.1"));
  EXPECT_THAT(pages[1].endpoints, ElementsAre(*own));
  configuration.layer7_services[0].mode = model::Layer7Mode::kTcp;
  EXPECT_THAT(compute_fallback_pages(configuration).pages, IsEmpty());
}

TEST(FallbackPages, ToTheDataPlaneThePageIsLocal) {
  model::Configuration configuration;
  configuration.virtual_services = {service("Web", "80")};
  configuration.virtual_services[0].fallback.mode = model::FallbackMode::kPage;
  const auto state = compute({configuration, {}, {}, {}, {}, {}});
  EXPECT_EQ(state.layer4.virtual_services[0].fallback, model::FallbackMode::kLocal);
  EXPECT_TRUE(state.layer4.virtual_services[0].fallback_active);
}

TEST(Layer7Fallback, TheProxyAnswersOnTheOthersAddressAndPorts) {
  model::Configuration configuration;
  configuration.virtual_services = {service("Print", "445,9163")};
  configuration.layer7_services = {layer7("Elsewhere"), layer7("Backup")};
  configuration.layer7_services[1].ports = *model::PortSet::parse("445");
  auto& fallback = configuration.virtual_services[0].fallback;
  fallback.mode = model::FallbackMode::kServer;
  fallback.address = ip("10.0.0.200");
  fallback.masq = true;
  const auto state = compute({configuration, {}, {}, {}, {}, {}});
  EXPECT_THAT(state.layer7.services[0].also_at, IsEmpty());
  ASSERT_EQ(state.layer7.services[1].also_at.size(), 1U);
  EXPECT_EQ(state.layer7.services[1].also_at[0].virtual_service, "Print");
  EXPECT_EQ(state.layer7.services[1].also_at[0].address, ip("10.0.0.100"));
  EXPECT_EQ(state.layer4.virtual_services[0].fallback, model::FallbackMode::kLocal);
  EXPECT_THAT(state.layer4.virtual_services[0].real_servers, IsEmpty()) << "it is no real server of the data plane";
  EXPECT_THAT(state.network.next_hops, Not(Contains(ip("10.0.0.200"))));
}

}  // namespace
}  // namespace evenkeel::desired
