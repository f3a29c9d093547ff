// Rules and header rules of layer-7 virtual services: what is refused, where, and what texts may be.

#include "tests/unit/layer7_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "config/plan.h"
#include "model/json.h"

namespace evenkeel::config {
namespace {

using namespace model;
using testing::HasSubstr;
using testing::IsEmpty;

Layer7Service web() {
  Layer7Service service;
  service.label = "Web";
  service.address = *IpAddress::parse("10.77.0.102");
  service.ports = *PortSet::parse("80");
  service.real_servers = {{.label = "PS1", .address = *IpAddress::parse("10.77.0.21")},
                          {.label = "PS2", .address = *IpAddress::parse("10.77.0.22")}};
  service.rules = {use("api", "PS1, PS2",
                       {condition(RuleSubject::kPath, "^/api/", Comparison::kMatches),
                        condition(RuleSubject::kSource, "10.0.0.0/8, fd77::1")}),
                   redirect("away", "https://a.b/", 308),
                   deny("rest", {condition(RuleSubject::kHeader, "", Comparison::kExists, "X-Key")})};
  service.header_rules = {change(HeaderAction::kReplace, "Location", "https:\\1", "http:(.*)")};
  return service;
}

std::vector<Problem> problems(Layer7Service service) {
  Configuration configuration;
  configuration.layer7_services = {std::move(service)};
  return validate(configuration);
}

TEST(Rules, AreAccepted) {
  EXPECT_THAT(problems(web()), IsEmpty());
}

TEST(Rules, OfTcpModeLookAtTheSourceAlone) {
  auto service = web();
  service.mode = Layer7Mode::kTcp;
  service.header_rules.clear();
  service.rules = {use("inside", "PS1", {condition(RuleSubject::kSource, "10.0.0.0/8")}), deny("rest")};
  EXPECT_THAT(problems(service), IsEmpty());
}

struct Case {
  const char* name;
  std::function<void(Layer7Service&)> edit;
  const char* path;
  const char* message;
};

class RefusedRule : public testing::TestWithParam<Case> {};
TEST_P(RefusedRule, WithPlaceReasonAndRemedy) {
  auto service = web();
  GetParam().edit(service);
  const auto found = problems(service);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, std::string("$.layer7_services[0].") + GetParam().path);
  EXPECT_THAT(found[0].message, HasSubstr(GetParam().message));
  EXPECT_FALSE(found[0].hint.empty());
}
INSTANTIATE_TEST_SUITE_P(
    All, RefusedRule,
    testing::Values(
        Case{"SameLabel", [](auto& s) { s.rules[1].label = "api"; }, "rules[1].label", "another rule before"},
        Case{"NoServers", [](auto& s) { s.rules[0].servers = ""; }, "rules[0].servers", "which real servers"},
        Case{"UnknownServer", [](auto& s) { s.rules[0].servers = "PS1,PS3"; }, "rules[0].servers",
             "no real server \"PS3\""},
        Case{"ServerTwice", [](auto& s) { s.rules[0].servers = "PS1,PS1"; }, "rules[0].servers", "twice"},
        Case{"ServersOfADenial", [](auto& s) { s.rules[2].servers = "PS1"; }, "rules[2].servers", "only use_servers"},
        Case{"StatusOfServers", [](auto& s) { s.rules[0].status = 301; }, "rules[0].status", "chooses the status"},
        Case{"NoLocation", [](auto& s) { s.rules[1].location = ""; }, "rules[1].location", "where to"},
        Case{"NoScheme", [](auto& s) { s.rules[1].action = RuleAction::kRedirectScheme; }, "rules[1].location",
             "no scheme of the web"},
        Case{"NoRedirection", [](auto& s) { s.rules[1].status = 304; }, "rules[1].status", "no redirection"},
        Case{"NoDenial", [](auto& s) { s.rules[2].status = 302; }, "rules[2].status", "no status that a refusal"},
        Case{"NoValue", [](auto& s) { s.rules[0].conditions[0].value = ""; }, "rules[0].conditions[0].value",
             "nothing to compare"},
        Case{"NoExpression", [](auto& s) { s.rules[0].conditions[0].value = "("; }, "rules[0].conditions[0].value",
             "not a regular expression"},
        Case{"NoNetwork", [](auto& s) { s.rules[0].conditions[1].value = "10.0.0.0/33"; },
             "rules[0].conditions[1].value", "no network"},
        Case{"SourceBegins", [](auto& s) { s.rules[0].conditions[1].comparison = Comparison::kBegins; },
             "rules[0].conditions[1].comparison", "can only be equal"},
        Case{"PathExists",
             [](auto& s) { s.rules[0].conditions[0] = condition(RuleSubject::kPath, "", Comparison::kExists); },
             "rules[0].conditions[0].comparison", "every request has a path"},
        Case{"NameOfAPath", [](auto& s) { s.rules[0].conditions[0].name = "x"; }, "rules[0].conditions[0].name",
             "a path has no name"},
        Case{"HeaderWithoutName", [](auto& s) { s.rules[2].conditions[0].name = ""; }, "rules[2].conditions[0].name",
             "which header"},
        Case{"Framing", [](auto& s) { s.header_rules[0].name = "Content-Length"; }, "header_rules[0].name",
             "understand each other"},
        Case{"OddBackslash", [](auto& s) { s.header_rules[0].value = "a\\"; }, "header_rules[0].value", "backslash"},
        Case{"PatternOfSet", [](auto& s) { s.header_rules[0].action = HeaderAction::kSet; }, "header_rules[0].pattern",
             "only replace"},
        Case{"ValueOfDelete", [](auto& s) { s.header_rules[0] = change(HeaderAction::kDelete, "X", "a"); },
             "header_rules[0].value", "all headers"},
        Case{"PathInTcpMode",
             [](auto& s) {
               s.mode = Layer7Mode::kTcp;
               s.header_rules.clear();
               s.rules = {deny("a", {condition(RuleSubject::kPath, "/")})};
             },
             "rules[0].conditions[0].subject", "tcp mode"},
        Case{"RedirectionInTcpMode",
             [](auto& s) {
               s.mode = Layer7Mode::kTcp;
               s.header_rules.clear();
               s.rules.erase(s.rules.begin());
               s.rules.resize(1);
             },
             "rules[0].action", "tcp mode"}),
    [](const auto& info) { return info.param.name; });

// Nothing that could break out of its line gets past the model.
TEST(Texts, AreAsciiOnOneLine) {
  for (const char* bad : {"a\\nb", "a\\rb", "\\u00e4", "\\u2028", "a\\u0000b"}) {
    const std::string text = std::string(R"({"layer7_services":[{"label":"W","address":"10.0.0.1","ports":"80",)") +
                             R"("header_rules":[{"name":"X","value":")" + bad + "\"}]}]}";
    const auto parsed = parse_configuration(text);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error()[0].path, "$.layer7_services[0].header_rules[0].value");
  }
}

}  // namespace
}  // namespace evenkeel::config
