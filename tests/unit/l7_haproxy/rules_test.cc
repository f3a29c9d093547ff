// Persistence, rules, headers and manual configuration in HAProxy's file.

#include <gmock/gmock.h>

#include <random>
#include <set>

#include "config/plan.h"
#include "engines/l7_haproxy/blame.h"
#include "engines/l7_haproxy/quote.h"
#include "engines/l7_haproxy/structure.h"
#include "engines/l7_haproxy/subsets.h"
#include "model/json.h"
#include "model/layer7_names.h"
#include "random_service.h"
#include "reader.h"
#include "rendered_file.h"
#include "sample.h"
#include "tests/unit/layer7_rules.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

using namespace model;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

desired::Layer7Service web() {
  auto want = print_provider();
  want.configuration.label = "Web";
  want.configuration.mode = Layer7Mode::kHttp;
  return want;
}

std::string rendered(const desired::Layer7Service& service) {
  return render(layer7(service), options());
}

// What begins with /api is PS2's.
Layer7Rule api() {
  return use("api", "PS2", {condition(RuleSubject::kPath, "/api", Comparison::kBegins)});
}

TEST(Word, IsOneWhateverStandsInIt) {
  EXPECT_EQ(word("/api/v1"), "/api/v1");
  EXPECT_EQ(word(""), "''");
  EXPECT_EQ(word("a b#c\"d\\"), "'a b#c\"d\\'");
  EXPECT_EQ(word("it's"), R"('it'\''s')");
  EXPECT_EQ(word("a\nb\xc3\xa4"), "'ab'");
  EXPECT_EQ(literal("100%[src]"), "'100%%[src]'");
}

TEST(Rules, AreDecidedInTheirOrder) {
  auto want = web();
  want.configuration.rules = {
      api(),
      deny("office",
           {condition(RuleSubject::kSource, "10.0.0.0/8, 192.0.2.7", Comparison::kEquals, "", true),
            condition(RuleSubject::kHost, ".lab", Comparison::kEnds)},
           404),
      redirect("old", "https://a.b/100%#x")};
  EXPECT_THAT(rendered(want), HasSubstr("    acl api.1 path -m beg -- /api\n"
                                        "    http-request set-var(txn.servers) str(api) if api.1\n"
                                        "    acl office.1 src -- 10.0.0.0/8 192.0.2.7\n"
                                        "    acl office.2 req.hdr(host),host_only -m end -i -- .lab\n"
                                        "    http-request deny deny_status 404 if !office.1 office.2 "
                                        "!{ var(txn.servers) -m found }\n"
                                        "    http-request redirect location 'https://a.b/100%%#x' code 302 if "
                                        "!{ var(txn.servers) -m found }\n"));
}

TEST(Rules, HaveTheFallbackPageOfTheirVirtualService) {
  auto want = web();
  want.configuration.rules = {api()};
  want.page = Endpoint{ip("127.129.2.3"), 9081};
  const auto file = rendered(want);
  const auto backend = file.substr(file.find("\nbackend "));
  EXPECT_THAT(backend, HasSubstr("server fallback 127.129.2.3:9081 backup non-stick\n"));
}

TEST(Rules, HaveABackendWithTheRealServersThatTheyUse) {
  auto want = web();
  want.configuration.persistence = Layer7Persistence::kHttpCookie;
  want.configuration.rules = {api()};
  want.real_servers[1].weight = 7;
  EXPECT_THAT(rendered(want),
              AllOf(HasSubstr("use_backend Web:%[var(txn.servers)] if { var(txn.servers) -m found }\n"),
                    HasSubstr("\nbackend Web:api\n    mode http\n"), HasSubstr("cookie SERVERID-api insert"),
                    HasSubstr("maxlife 43200s\n    server PS2 10.0.0.22 weight 7 cookie PS2\n")));
}

TEST(Rules, ChangesOfRealServersReachTheirBackendsToo) {
  auto from = web();
  from.configuration.rules = {api()};
  auto to = from;
  to.real_servers[1] = {desired::Admission::kNone, true, 100};
  EXPECT_THAT(commands_between(layer7(from), layer7(to), options().paths),
              testing::Optional(ElementsAre("set server Web/PS2 state maint", "set server Web:api/PS2 state maint")));
  const auto before = layer7(from), after = layer7(to);
  EXPECT_THAT(newly_halted(&before, after), ElementsAre("Web/PS2", "Web:api/PS2"));
  to.configuration.rules[0].servers = "PS1";
  EXPECT_EQ(commands_between(layer7(from), layer7(to), options().paths), std::nullopt);
}

TEST(Rules, WhatTheirBackendsCountIsTheVirtualServices) {
  observed::Layer7Report report;
  report.virtual_services["Web"].queued = 1;
  report.virtual_services["Web:api"].queued = 2;
  report.real_servers[{"Web", "PS1"}].total = 3;
  report.real_servers[{"Web:api", "PS1"}].total = 4;
  merge_subsets(report);
  ASSERT_THAT(report.virtual_services, SizeIs(1));
  EXPECT_EQ(report.virtual_services["Web"].queued, 3U);
  ASSERT_THAT(report.real_servers, SizeIs(1));
  EXPECT_EQ((report.real_servers[{"Web", "PS1"}].total), 7U);
}

TEST(HeaderRules, AreTakenLiterally) {
  auto want = web();
  want.configuration.header_rules = {
      change(HeaderAction::kSet, "X-A", "it's 5% #1"),
      change(HeaderAction::kDelete, "Server", "", "", HeaderOf::kResponse),
      change(HeaderAction::kReplace, "Location", "https:\\1", "http:(.*)", HeaderOf::kResponse)};
  EXPECT_THAT(rendered(want), HasSubstr("    http-request set-header X-A 'it'\\''s 5%% #1'\n"
                                        "    http-response del-header Server\n"
                                        "    http-response replace-header Location '^(?:http:(.*))$' 'https:\\1'\n"));
}

TEST(Http, SettingsAreLinesOnlyWhereTheyDifferFromHaproxys) {
  EXPECT_THAT(rendered(web()),
              AllOf(Not(HasSubstr("http-reuse")), Not(HasSubstr("compression")), Not(HasSubstr("proto"))));
  auto want = web();
  want.configuration.http = {.client_x_forwarded_for = ClientForwardedFor::kReplace,
                             .hsts = true,
                             .hsts_months = 12,
                             .compression = true,
                             .h2 = false,
                             .server_h2 = true,
                             .connections = ConnectionMode::kServerClose,
                             .reuse = ConnectionReuse::kAlways,
                             .pretend_keepalive = true,
                             .accept_invalid = true};
  EXPECT_THAT(rendered(want),
              AllOf(HasSubstr("http-request del-header x-forwarded-for\n    option forwardfor\n"),
                    HasSubstr("http-after-response set-header strict-transport-security max-age=31104000\n"),
                    HasSubstr("compression algo gzip\n"), HasSubstr("transparent proto h1\n"),
                    HasSubstr("weight 100 proto h2\n"), HasSubstr("option http-server-close\n"),
                    HasSubstr("http-reuse always\n"), HasSubstr("option http-pretend-keepalive\n"),
                    HasSubstr("option accept-invalid-http-request\n")));
}

TEST(Manual, LinesComeLastUnderTheirMark) {
  auto want = web();
  want.configuration.manual_configuration = "option abortonclose\n  # why\n";
  EXPECT_THAT(rendered(want),
              testing::EndsWith("weight 100\n    # Manual configuration\n    option abortonclose\n      # why\n"));
}

TEST(Blame, IsOfTheSectionThatTheLineIsIn) {
  auto want = web();
  want.configuration.rules = {api()};
  want.configuration.manual_configuration = "option abortonclose\nbogus thing";
  const auto file = rendered(want);
  const auto line_of = [&](const char* text) {
    return std::count(file.begin(), file.begin() + static_cast<long>(file.find(text)), '\n') + 1;
  };
  const auto blamed = [&](const char* text) {
    return blamed_by_line(fmt::format("parsing [/x/candidate.cfg:{}] : bad", line_of(text)), file);
  };
  EXPECT_THAT(blamed("bogus"),
              ElementsAre(Pair("Web", testing::StartsWith("line 2 of manual_configuration: parsing"))));
  EXPECT_THAT(blamed("maxconn 40000\n    mode"), ElementsAre(Pair("Web", testing::StartsWith("parsing"))));
  EXPECT_THAT(blamed("backend Web:api"), ElementsAre(Pair("Web", testing::StartsWith("parsing"))));
  EXPECT_THAT(blamed("chroot"), testing::IsEmpty());
  EXPECT_THAT(blamed_by_line("no place", file), testing::IsEmpty());
  EXPECT_THAT(blamed_by_line("[x.cfg:99999]", file), Not(Contains(Pair("", testing::_))));
}

TEST_F(RenderedFile, HaproxyAcceptsEveryPersistence) {
  for (const auto& name : kLayer7PersistenceNames) {
    auto want = web();
    auto& service = want.configuration;
    service.persistence = name.value;
    const bool is_tcp = name.value == Layer7Persistence::kSslSessionId || name.value == Layer7Persistence::kRdpCookie ||
                        name.value == Layer7Persistence::kMsSessionBroker;
    if (is_tcp) service.mode = Layer7Mode::kTcp;
    service.rules = {use("some", "PS1", {condition(RuleSubject::kSource, "10.0.0.0/8")}), deny("none")};
    service.full_connections = 10;
    service.real_servers[1].backup = true;
    service.fallback_address = ip("10.0.0.77");
    service.fallback_persistent = true;
    service.send_proxy = SendProxy::kV2SslCn;
    const auto accepted = check(layer7(want));
    EXPECT_TRUE(accepted) << name.name << ": " << to_string(accepted.error());
  }
}

TEST_F(RenderedFile, WhatHaproxySaysOfAManualLineIsBlamedOnIt) {
  auto want = web();
  want.configuration.manual_configuration = "option abortonclose\nbogus thing";
  const auto refused = check(layer7(want));
  ASSERT_FALSE(refused);
  EXPECT_THAT(blamed_by_line(refused.error().message, render(layer7(want), options_)),
              ElementsAre(Pair("Web", AllOf(HasSubstr("line 2 of manual"), HasSubstr("unknown keyword 'bogus'")))));
}

// What validation lets through, HAProxy takes, and as what was meant.
TEST_F(RenderedFile, HaproxyAcceptsHundredsOfRandomServices) {
  std::mt19937 random(1);
  desired::Layer7 want;
  std::vector<uint8_t> bytes(400);
  while (want.services.size() < 300) {
    for (auto& byte : bytes) byte = static_cast<uint8_t>(random());
    const boost::json::value document{{"layer7_services", boost::json::array{RandomService(bytes).make()}}};
    const auto configuration = parse_configuration(document);
    if (!configuration || !config::validate(*configuration).empty()) continue;
    auto service = configuration->layer7_services.front();
    desired::Layer7Service one{service, std::vector<desired::Layer7Server>(service.real_servers.size()), false};
    ASSERT_EQ(wrong_with(rendered(one), service), "");
    one.configuration.label = fmt::format("Web{}", want.services.size());
    one.configuration.ports = PortSet::parse(fmt::format("{}", 1000 + want.services.size())).value();
    want.services.push_back(std::move(one));
  }
  const auto accepted = check(want);
  EXPECT_TRUE(accepted) << to_string(accepted.error());
}

}  // namespace
}  // namespace evenkeel::engines::l7_haproxy
