// Layer-7 virtual services: what is refused, what is doubtful, and what a change of one is.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "config/plan.h"
#include "sample.h"
#include "tests/unit/layer7_rules.h"

namespace evenkeel::config {
namespace {

using model::Layer7Mode;
using model::Layer7Service;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

Layer7Service print_provider() {
  Layer7Service service;
  service.label = "Printing7";
  service.address = ip("10.77.0.102");
  service.ports = *model::PortSet::parse("445");
  service.mode = Layer7Mode::kTcp;
  service.real_servers = {{.label = "PS1", .address = ip("10.77.0.21")}, {.label = "PS2", .address = ip("10.77.0.22")}};
  return service;
}

model::Configuration with(Layer7Service service) {
  auto configuration = sample();
  configuration.layer7_services = {std::move(service)};
  return configuration;
}

TEST(Layer7, TheGuidesIsAccepted) {
  EXPECT_THAT(validate(with(print_provider())), IsEmpty());
}

TEST(Layer7, FamiliesMayDifferAndPortsToo) {
  auto service = print_provider();
  service.ports = *model::PortSet::parse("80,443");
  service.real_servers[0].address = ip("fd77::21");
  service.real_servers[1].port = 8080;
  EXPECT_THAT(validate(with(service)), IsEmpty());
}

struct Case {
  const char* name;
  std::function<void(Layer7Service&)> edit;
  const char* path;
  const char* message;
};

class Refused : public testing::TestWithParam<Case> {};
TEST_P(Refused, WithPlaceReasonAndRemedy) {
  auto service = print_provider();
  GetParam().edit(service);
  const auto problems = validate(with(service));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].path, std::string("$.layer7_services[0].") + GetParam().path);
  EXPECT_THAT(problems[0].message, HasSubstr(GetParam().message));
  EXPECT_FALSE(problems[0].hint.empty());
}
INSTANTIATE_TEST_SUITE_P(
    All, Refused,
    testing::Values(
        Case{"LabelOfLayer4", [](auto& s) { s.label = "Print_Provider"; }, "label",
             "\"Print_Provider\" is taken: $.virtual_services[1]"},
        Case{"PortOfLayer4", [](auto& s) { s.address = ip("10.77.0.100"); }, "ports", "Print_Provider already has tcp"},
        Case{"Loopback", [](auto& s) { s.address = ip("127.0.0.1"); }, "address", "a loopback address"},
        Case{"ServerIsAVirtualAddress", [](auto& s) { s.real_servers[0].address = ip("10.77.0.100"); },
             "real_servers[0].address", "the virtual address of Print_Provider"},
        Case{"SameServerTwice", [](auto& s) { s.real_servers[1].address = ip("10.77.0.21"); },
             "real_servers[1].address", "already real server PS1"},
        Case{"TooManyPorts", [](auto& s) { s.ports = *model::PortSet::parse("1000-3000"); }, "ports", "2001 ports"},
        Case{"CookieInTcpMode", [](auto& s) { s.persistence = model::Layer7Persistence::kHttpCookie; }, "persistence",
             "tcp mode"},
        Case{"TcpPersistenceInHttpMode",
             [](auto& s) {
               s.mode = Layer7Mode::kHttp;
               s.persistence = model::Layer7Persistence::kRdpCookie;
             },
             "persistence", "rdp_cookie is found in what is no HTTP"},
        Case{"SessionBrokerWithoutPort",
             [](auto& s) {
               s.persistence = model::Layer7Persistence::kMsSessionBroker;
               s.real_servers[0].port = 3389;
             },
             "real_servers[1].port", "has no port"},
        Case{"NoSuchPosition", [](auto& s) { s.x_forwarded_for_position = 0; }, "x_forwarded_for_position", "number 0"},
        Case{"HeaderRemovedThatPersistenceNeeds",
             [](auto& s) {
               s.mode = Layer7Mode::kHttp;
               s.persistence = model::Layer7Persistence::kXForwardedFor;
               s.http.client_x_forwarded_for = model::ClientForwardedFor::kReplace;
             },
             "http.client_x_forwarded_for", "before persistence"},
        Case{"HttpSettingsInTcpMode", [](auto& s) { s.http.compression = true; }, "http", "tcp mode"},
        Case{"HeaderRulesInTcpMode",
             [](auto& s) { s.header_rules = {model::change(model::HeaderAction::kSet, "X", "a")}; }, "header_rules",
             "tcp mode"},
        Case{"SourceOfATransparentProxy",
             [](auto& s) {
               s.transparent_proxy = true;
               s.source_address = ip("10.77.0.5");
             },
             "source_address", "client's own"},
        Case{"TransparentBetweenFamilies",
             [](auto& s) {
               s.transparent_proxy = true;
               s.real_servers[1].address = ip("fd77::22");
             },
             "real_servers[1].address", "in the name of clients"},
        Case{"ManualSection", [](auto& s) { s.manual_configuration = "option x\n  global\n"; }, "manual_configuration",
             "line 2 would begin another section"},
        Case{"ManualQuotes", [](auto& s) { s.manual_configuration = "'glo'bal"; }, "manual_configuration",
             "does not begin with a keyword"},
        Case{"ManualBind", [](auto& s) { s.manual_configuration = "bind :80"; }, "manual_configuration",
             "line 1 listens"},
        Case{"RedirectionInTcpMode", [](auto& s) { s.force_https = true; }, "force_https", "tcp mode"},
        Case{"RedirectionToItself",
             [](auto& s) {
               s.mode = Layer7Mode::kHttp;
               s.force_https = true;
               s.https_port = 445;
             },
             "https_port", "in circles"},
        Case{"NoRedirectionCode", [](auto& s) { s.redirect_code = 304; }, "redirect_code", "304"},
        Case{"SourceIsARealServer", [](auto& s) { s.source_address = ip("10.77.0.22"); }, "source_address", "PS2"},
        Case{"SourceOfTheOtherFamily",
             [](auto& s) {
               s.source_address = ip("fd77::5");
               s.real_servers.resize(1);
             },
             "real_servers[0].address", "not both"},
        Case{"PortOfNoFallback", [](auto& s) { s.fallback_port = 80; }, "fallback_port", "no fallback server"},
        Case{"FallbackIsAVirtualAddress", [](auto& s) { s.fallback_address = ip("10.77.0.100"); }, "fallback_address",
             "the load balancer itself holds"},
        Case{"LabelOfTheFallback",
             [](auto& s) {
               s.fallback_address = ip("10.77.0.99");
               s.real_servers[1].label = "fallback";
             },
             "real_servers[1].label", "is its label"},
        Case{"HealthCheck", [](auto& s) { s.health_check.json_equals = "up"; }, "health_check.json_pointer", ""}),
    [](const auto& info) { return info.param.name; });

// Its first check would have no port either.
TEST(Layer7, AnyPortIsRefused) {
  auto service = print_provider();
  service.ports = model::PortSet::any();
  const auto problems = validate(with(service));
  EXPECT_THAT(problems, testing::Contains(Field(&model::Problem::message, HasSubstr("listens on each port"))));
}

TEST(Layer7, OneRealServerInSnatAndAtLayer7IsRefused) {
  auto configuration = with(print_provider());
  EXPECT_THAT(validate(configuration), IsEmpty());
  configuration.virtual_services[1].forwarding_method = model::ForwardingMethod::kSnat;
  configuration.virtual_services[2].address = ip("10.77.0.103");
  const auto problems = validate(configuration);
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].path, "$.layer7_services[0].real_servers[0].address");
  EXPECT_THAT(problems[0].message, HasSubstr("also a real server of Print_Provider, at layer 4 with snat"));
  configuration.virtual_services[1].protocol = model::Protocol::kUdp;
  EXPECT_THAT(validate(configuration),
              testing::Not(testing::Contains(Field(&model::Problem::message, HasSubstr("also a real server of")))))
      << "UDP's source ports are its own";
}

TEST(Layer7, ItMayBeTheFallbackOfALayer4VirtualService) {
  auto configuration = with(print_provider());
  auto& client = configuration.virtual_services[1];
  client.fallback.mode = model::FallbackMode::kServer;
  client.fallback.address = print_provider().address;
  client.fallback.masq = true;
  EXPECT_THAT(validate(configuration), IsEmpty());
  client.fallback.port = 8080;
  auto problems = validate(configuration);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].path, "$.virtual_services[1].fallback.port");
  client.fallback.port = 0;
  client.ports = model::PortSet::any();
  client.health_check.check_port = 80;
  EXPECT_THAT(
      validate(configuration),
      testing::Contains(testing::AllOf(
          Field(&model::Problem::path, "$.virtual_services[1].fallback.mode"),
          Field(&model::Problem::message, HasSubstr("a layer-7 virtual service listens on each port by itself")))));
}

TEST(FallbackPage, IsRefusedWhereNobodyWouldSeeIt) {
  auto configuration = with(print_provider());
  configuration.virtual_services[1].fallback.page = "<p>never";
  configuration.layer7_services[0].fallback_page = "<p>never";
  const auto problems = validate(configuration);
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].path, "$.virtual_services[1].fallback.page");
  EXPECT_EQ(problems[1].path, "$.layer7_services[0].fallback_page");
  configuration.virtual_services[1].fallback.mode = model::FallbackMode::kPage;
  configuration.layer7_services[0].mode = Layer7Mode::kHttp;
  EXPECT_THAT(validate(configuration), IsEmpty());
}

TEST(Layer7, ARedirectionNeedsNoRealServers) {
  auto service = print_provider();
  service.real_servers.clear();
  EXPECT_EQ(lint(with(service)).size(), 1U);
  service.mode = Layer7Mode::kHttp;
  service.force_https = true;
  EXPECT_THAT(lint(with(service)), IsEmpty());
}

TEST(Layer7, AChangeIsPlannedPerObjectAndField) {
  const auto from = with(print_provider());
  auto to = from;
  to.layer7_services[0].mode = Layer7Mode::kHttp;
  to.layer7_services[0].real_servers[0].weight = 7;
  to.layer7_services[0].real_servers.pop_back();
  const auto changes = plan(from, to).changes;
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].object, "virtual_service/Printing7");
  EXPECT_THAT(changes[0].fields, ElementsAre(FieldChange{"mode", "\"tcp\"", "\"http\""}));
  EXPECT_EQ(changes[1].object, "virtual_service/Printing7/real_server/PS1");
  EXPECT_THAT(changes[1].fields, ElementsAre(FieldChange{"weight", "100", "7"}));
  EXPECT_EQ(changes[2].kind, ObjectChange::Kind::kRemoved);
  EXPECT_TRUE(plan(from, from).empty());
}

TEST(Layer7, ARealServerKeepsWhatWasSaidOfItUnderANewLabel) {
  const auto from = with(print_provider());
  auto to = from;
  to.layer7_services[0].real_servers[0].label = "Printer";
  EXPECT_THAT(renames(from, to), ElementsAre(Rename{{"Printing7", "PS1"}, {"Printing7", "Printer"}}));
}

}  // namespace
}  // namespace evenkeel::config
