#include "api_fixture.h"

namespace evenkeel::api {
namespace {

constexpr const char* kNew = R"({"label": "New", "address": "10.77.0.105", "ports": "80"})";

TEST_F(ApiTest, PostAddsAVirtualServiceAsTheCaller) {
  const auto reply = ask("POST", "/api/v1/virtual-services?comment=for%20the%20web", kNew);
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.value().at("revision"), 2);
  EXPECT_EQ(reply.value().at("dry_run"), false);
  EXPECT_EQ(reply.value().at("plan").at("changes").at(0).at("kind"), "added");
  EXPECT_EQ(reply.value().at("plan").at("changes").at(0).at("object"), "virtual_service/New");
  EXPECT_EQ(reply.header("ETag"), "\"2\"");
  EXPECT_EQ(service(2).label, "New");
  EXPECT_EQ(control_.last_change->comment, "for the web");
  EXPECT_EQ(control_.last_change->author, geteuid() == 0 ? "root" : control_.last_change->author);
}

TEST_F(ApiTest, ATakenLabelIsAConflictWithAHint) {
  const auto reply = ask("POST", "/api/v1/virtual-services",
                         R"({"label": "Print_Provider", "address": "10.77.0.105", "ports": "80"})");
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.code(), "conflict");
  const json::value problem = reply.value().at("error").at("problems").at(0);
  EXPECT_EQ(problem.at("path"), "$.virtual_services[2].label");
  EXPECT_FALSE(problem.at("hint").as_string().empty());
  EXPECT_EQ(control_.revision(), 1);
}

TEST_F(ApiTest, RenamingToATakenLabelIsAConflict) {
  EXPECT_EQ(ask("PATCH", "/api/v1/virtual-services/Papercut_WUI", R"({"label": "Print_Provider"})").status, 409);
  EXPECT_EQ(ask("PATCH", "/api/v1/virtual-services/Print_Provider/real-servers/PS1", R"({"label": "PS2"})").status,
            409);
  EXPECT_EQ(ask("PATCH", "/api/v1/virtual-services/Print_Provider/real-servers/PS1", R"({"label": "PS1"})").status,
            200);
}

TEST_F(ApiTest, PatchChangesOnlyTheFieldsGiven) {
  const auto before = service(0);
  const auto reply = ask("PATCH", "/api/v1/virtual-services/Print_Provider",
                         R"({"scheduler": "maglev", "health_check": {"interval": 9}})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  auto expected = before;
  expected.scheduler = model::Scheduler::kMaglev;
  expected.health_check.interval = std::chrono::seconds(9);
  EXPECT_EQ(service(0), expected);
}

TEST_F(ApiTest, PatchWithNullBringsTheDefaultBack) {
  ASSERT_EQ(ask("PATCH", "/api/v1/virtual-services/Print_Provider", R"({"health_check": {"check_port": 9163}})").status,
            200);
  EXPECT_EQ(service(0).health_check.check_port, 9163);
  ASSERT_EQ(ask("PATCH", "/api/v1/virtual-services/Print_Provider", R"({"health_check": null})").status, 200);
  EXPECT_EQ(service(0).health_check, model::HealthCheck{});
}

TEST_F(ApiTest, PatchOfTheWholeChangesWhatIsNamedAndKeepsSecrets) {
  ASSERT_EQ(ask("PATCH", "/api/v1/virtual-services/Print_Provider",
                R"({"more_checks": [{"type": "papercut", "secret": "sesame"}]})")
                .status,
            200);
  const auto before = control_.configuration();
  const auto reply = ask("PATCH", "/api/v1/configuration",
                         R"({"alerts": {"interval": 60, "email": {"login": "lb", "password": "open"}}})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  auto expected = before;
  expected.alerts.interval = std::chrono::seconds(60);
  expected.alerts.email.login = "lb";
  expected.alerts.email.password = "open";
  EXPECT_EQ(control_.configuration(), expected) << "the check's secret too is what it was";
  ASSERT_EQ(
      ask("PATCH", "/api/v1/configuration", R"({"alerts": {"email": {"password": "****", "login": "me"}}})").status,
      200);
  EXPECT_EQ(control_.configuration().alerts.email.password, "open");
  EXPECT_EQ(ask("PATCH", "/api/v1/configuration", R"({"alerts": {"gather": "soon"}})").status, 400);
}

TEST_F(ApiTest, PatchMayGiveTheRealServersWhole) {
  const auto reply = ask("PATCH", "/api/v1/virtual-services/Print_Provider",
                         R"({"real_servers": [{"label": "PS9", "address": "10.77.0.29", "weight": 7}]})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  ASSERT_EQ(service(0).real_servers.size(), 1u);
  EXPECT_EQ(service(0).real_servers[0].weight, 7);
}

TEST_F(ApiTest, ProblemsCarryTheirPathInTheWholeDocument) {
  const auto reply = ask("PATCH", "/api/v1/virtual-services/Papercut_WUI", R"({"ports": "0", "colour": "red"})");
  ASSERT_EQ(reply.status, 400);
  EXPECT_EQ(reply.code(), "invalid_argument");
  std::vector<std::string> paths;
  for (const json::value& problem : reply.value().at("error").at("problems").as_array()) {
    paths.emplace_back(problem.at("path").as_string());
  }
  EXPECT_EQ(paths.size(), 2u) << reply.body;
  for (const auto& path : paths) EXPECT_TRUE(path.starts_with("$.virtual_services[1].")) << path;

  const auto server = ask("POST", "/api/v1/virtual-services/Print_Provider/real-servers",
                          R"({"label": "PS3", "address": "10.77.0.300"})");
  ASSERT_EQ(server.status, 400);
  EXPECT_EQ(server.value().at("error").at("problems").at(0).at("path"),
            "$.virtual_services[0].real_servers[2].address");
}

TEST_F(ApiTest, ABodyOfAnotherTypeIsRefused) {
  for (const char* body : {"7", "[]", "\"text\"", "null", "true", "[[[[]]]]"}) {
    EXPECT_EQ(ask("POST", "/api/v1/virtual-services", body).status, 400) << body;
    EXPECT_EQ(ask("PATCH", "/api/v1/virtual-services/Print_Provider", body).status, 400) << body;
    EXPECT_EQ(ask("PUT", "/api/v1/configuration", body).status, 400) << body;
    EXPECT_EQ(ask("PATCH", "/api/v1/virtual-services/Print_Provider/real-servers/PS1", body).status, 400) << body;
  }
  EXPECT_EQ(control_.revision(), 1);
}

TEST_F(ApiTest, BrokenJsonIsLocated) {
  const auto reply = ask("POST", "/api/v1/virtual-services", "{\"label\": \"X\",\n  oops}");
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.message().find("line 2, column 3"), std::string::npos) << reply.message();
  EXPECT_EQ(ask("POST", "/api/v1/virtual-services").status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/virtual-services", std::string(1000, '[')).status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/virtual-services", "{\"label\": \"\xff\"}").status, 400);
}

TEST_F(ApiTest, DeleteRemoves) {
  ASSERT_EQ(ask("DELETE", "/api/v1/virtual-services/Print_Provider/real-servers/PS1").status, 200);
  ASSERT_EQ(service(0).real_servers.size(), 1u);
  EXPECT_EQ(service(0).real_servers[0].label, "PS2");
  ASSERT_EQ(ask("DELETE", "/api/v1/virtual-services/Print_Provider").status, 200);
  ASSERT_EQ(control_.current.virtual_services.size(), 1u);
  EXPECT_EQ(service(0).label, "Papercut_WUI");
}

TEST_F(ApiTest, UnknownObjectsAreNotFound) {
  for (const auto& [method, target, body] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"GET", "/api/v1/virtual-services/X", ""},
           {"PATCH", "/api/v1/virtual-services/X", "{}"},
           {"DELETE", "/api/v1/virtual-services/X", ""},
           {"POST", "/api/v1/virtual-services/X/duplicate", "{}"},
           {"POST", "/api/v1/virtual-services/X/real-servers", "{}"},
           {"PATCH", "/api/v1/virtual-services/X/real-servers/PS1", "{}"},
           {"PATCH", "/api/v1/virtual-services/Print_Provider/real-servers/X", "{}"},
           {"DELETE", "/api/v1/virtual-services/Print_Provider/real-servers/X", ""},
           {"POST", "/api/v1/virtual-services/Print_Provider/real-servers/unknown/drain", ""},
           {"GET", "/api/v1/revisions/99", ""},
           {"GET", "/api/v1/revisions/1/diff/99", ""},
           {"POST", "/api/v1/revisions/99/restore", ""},
           {"GET", "/api/v1/explain?virtual_service=unknown&client=10.0.0.1:5", ""}}) {
    const auto reply = ask(method, target, body);
    EXPECT_EQ(reply.status, 404) << method << " " << target << " " << reply.body;
    EXPECT_EQ(reply.code(), "not_found");
  }
}

TEST_F(ApiTest, DuplicateCopiesTheRealServersAndTheSecret) {
  const auto reply = ask("POST", "/api/v1/virtual-services/Papercut_WUI/duplicate",
                         R"({"label": "MobilityPrint", "address": "10.77.0.103"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  auto expected = service(1);
  expected.label = "MobilityPrint";
  expected.address = IpAddress::parse("10.77.0.103").value();
  EXPECT_EQ(service(2), expected);
  EXPECT_EQ(ask("POST", "/api/v1/virtual-services/Papercut_WUI/duplicate", "{}").status, 409);
}

TEST_F(ApiTest, PostAndPatchOfARealServer) {
  ASSERT_EQ(ask("POST", "/api/v1/virtual-services/Print_Provider/real-servers",
                R"({"label": "PS3", "address": "10.77.0.23"})")
                .status,
            200);
  ASSERT_EQ(ask("PATCH", "/api/v1/virtual-services/Print_Provider/real-servers/PS3", R"({"weight": 50})").status, 200);
  ASSERT_EQ(service(0).real_servers.size(), 3u);
  EXPECT_EQ(service(0).real_servers[2].weight, 50);
  EXPECT_EQ(ask("POST", "/api/v1/virtual-services/Print_Provider/real-servers",
                R"({"label": "PS3", "address": "10.77.0.24"})")
                .status,
            409);
}

TEST_F(ApiTest, ADryRunStopsAfterThePlan) {
  const auto reply = ask("POST", "/api/v1/virtual-services?dry_run=true", kNew);
  ASSERT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.value().at("revision").is_null());
  EXPECT_EQ(reply.value().at("dry_run"), true);
  EXPECT_EQ(reply.value().at("plan").at("changes").as_array().size(), 1u);
  EXPECT_TRUE(control_.last_change->dry_run);
  EXPECT_EQ(control_.revision(), 1);
  EXPECT_EQ(ask("POST", "/api/v1/virtual-services?dry_run=yes", kNew).status, 400);
}

TEST_F(ApiTest, AnotherRevisionThanTheExpectedIsAConflict) {
  EXPECT_EQ(ask("POST", "/api/v1/virtual-services?expected_revision=9", kNew).status, 409);
  EXPECT_EQ(ask("POST", "/api/v1/virtual-services", kNew, "If-Match: \"9\"\r\n").status, 412);
  EXPECT_EQ(ask("POST", "/api/v1/virtual-services?expected_revision=1", kNew, "If-Match: \"2\"\r\n").status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/virtual-services", kNew, "If-Match: nonsense\r\n").status, 400);
  EXPECT_EQ(control_.revision(), 1);
  EXPECT_EQ(ask("POST", "/api/v1/virtual-services?expected_revision=1", kNew, "If-Match: \"1\"\r\n").status, 200);
  EXPECT_EQ(ask("DELETE", "/api/v1/virtual-services/New", "", "If-Match: *\r\n").status, 200);
}

TEST_F(ApiTest, AStaleIfMatchIsToldWhatHasChanged) {
  auto other = control_.current;
  other.virtual_services[0].real_servers[1].weight = 9;
  control_.commit(other, "somebody else", "heavier");
  const auto reply =
      ask("PATCH", "/api/v1/virtual-services/Print_Provider", R"({"ports": "446"})", "If-Match: \"1\"\r\n");
  EXPECT_EQ(reply.status, 412);
  EXPECT_EQ(reply.header("ETag"), "\"2\"");
  const auto body = reply.value();
  EXPECT_EQ(body.at("error").at("code"), "conflict");
  EXPECT_EQ(body.at("expected_revision"), 1);
  EXPECT_EQ(body.at("current_revision").at("number"), 2);
  EXPECT_EQ(body.at("current_revision").at("author"), "somebody else");
  EXPECT_EQ(body.at("changed_meanwhile").at("changes").at(0).at("fields").at(0).at("to"), "9");
  EXPECT_EQ(control_.revision(), 2);
}

TEST_F(ApiTest, AnObjectsTagIsItsRevision) {
  for (const char* target : {"/api/v1/virtual-services", "/api/v1/virtual-services/Print_Provider",
                             "/api/v1/layer7-services", "/api/v1/configuration"}) {
    EXPECT_EQ(ask("GET", target).header("ETag"), "\"1\"") << target;
  }
}

TEST_F(ApiTest, AChangeThatComesMeanwhileIsNotLost) {
  control_.before_change = [this] {
    auto other = control_.current;
    other.virtual_services[0].real_servers[1].weight = 9;
    control_.commit(other, "somebody else", "");
  };
  ASSERT_EQ(ask("PATCH", "/api/v1/virtual-services/Print_Provider/real-servers/PS1", R"({"weight": 5})").status, 200);
  EXPECT_EQ(service(0).real_servers[0].weight, 5);
  EXPECT_EQ(service(0).real_servers[1].weight, 9);
  EXPECT_EQ(control_.revision(), 3);
}

TEST_F(ApiTest, AChangeThatComesMeanwhileRefusesOneThatExpectedARevision) {
  control_.before_change = [this] { control_.commit({}, "somebody else", ""); };
  EXPECT_EQ(ask("PATCH", "/api/v1/virtual-services/Print_Provider?expected_revision=1", R"({"ports": "446"})").status,
            409);
  EXPECT_EQ(control_.revision(), 2);
  control_.before_change = [this] { control_.commit({}, "somebody else", ""); };
  EXPECT_EQ(ask("POST", "/api/v1/virtual-services", kNew, "If-Match: \"2\"\r\n").status, 412);
}

TEST_F(ApiTest, SecretsAreMaskedAndComeBackUnharmed) {
  const auto all = ask("GET", "/api/v1/configuration");
  ASSERT_EQ(all.status, 200);
  EXPECT_EQ(all.header("ETag"), "\"1\"");
  for (const char* target : {"/api/v1/configuration", "/api/v1/virtual-services",
                             "/api/v1/virtual-services/Papercut_WUI", "/api/v1/revisions/1"}) {
    EXPECT_EQ(ask("GET", target).body.find("KEY-4711"), std::string::npos) << target;
  }
  const std::string secret = service(1).health_check.request;

  json::value edited = all.value().at("configuration");
  edited.at("virtual_services").at(0).as_object()["ports"] = "446";
  const auto put = ask("PUT", "/api/v1/configuration", json::serialize(edited));
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(service(0).ports.to_string(), "446");
  EXPECT_EQ(service(1).health_check.request, secret);

  json::value one = ask("GET", "/api/v1/virtual-services/Papercut_WUI").value();
  one.as_object()["ports"] = "9191";
  one.as_object()["label"] = "Renamed";
  ASSERT_EQ(ask("PATCH", "/api/v1/virtual-services/Papercut_WUI", json::serialize(one)).status, 200);
  EXPECT_EQ(service(1).label, "Renamed");
  EXPECT_EQ(service(1).health_check.request, secret);
}

TEST_F(ApiTest, AMaskThatStandsForNothingIsRefused) {
  const std::string masked =
      json::serialize(ask("GET", "/api/v1/virtual-services/Papercut_WUI").value().at("health_check").at("request"));
  ASSERT_NE(masked.find("****"), std::string::npos);
  const auto post = ask(
      "POST", "/api/v1/virtual-services",
      R"({"label": "New", "address": "10.77.0.105", "ports": "80", "health_check": {"type": "negotiate", "request": )" +
          masked + "}}");
  ASSERT_EQ(post.status, 400);
  EXPECT_EQ(post.value().at("error").at("problems").at(0).at("path"), "$.virtual_services[2].health_check.request");
  json::value moved = ask("GET", "/api/v1/configuration").value().at("configuration");
  moved.at("virtual_services").at(1).as_object()["label"] = "Renamed";
  EXPECT_EQ(ask("PUT", "/api/v1/configuration", json::serialize(moved)).status, 400);
}

TEST_F(ApiTest, OnlyRootSeesSecrets) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  const auto plain = ask("GET", "/api/v1/configuration?secrets=plain");
  ASSERT_EQ(plain.status, 200);
  EXPECT_NE(plain.body.find("KEY-4711"), std::string::npos);
  EXPECT_EQ(ask("GET", "/api/v1/configuration?secrets=all").status, 400);
}

TEST_F(ApiTest, WhatTheDaemonRefusesKeepsItsProblems) {
  control_.change_error =
      ChangeRefused{{ErrorCode::kInvalidArgument, "overlapping", {}, 0},
                    {{"$.virtual_services[1].ports", "overlap Authorization=KEY-1", "choose others"}}};
  const auto reply = ask("POST", "/api/v1/virtual-services", kNew);
  EXPECT_EQ(reply.status, 400);
  const json::value problem = reply.value().at("error").at("problems").at(0);
  EXPECT_EQ(problem.at("path"), "$.virtual_services[1].ports");
  EXPECT_EQ(problem.at("hint"), "choose others");
  EXPECT_EQ(reply.body.find("KEY-1"), std::string::npos);
}

TEST_F(ApiTest, EveryErrorCodeHasItsStatus) {
  const std::vector<std::pair<ErrorCode, int>> expected{
      {ErrorCode::kInvalidArgument, 400},   {ErrorCode::kPermission, 403},
      {ErrorCode::kNotFound, 404},          {ErrorCode::kConflict, 409},
      {ErrorCode::kUnsupported, 422},       {ErrorCode::kUnavailable, 503},
      {ErrorCode::kResourceExhausted, 503}, {ErrorCode::kTimeout, 500},
      {ErrorCode::kCorrupt, 500},           {ErrorCode::kSystem, 500},
      {ErrorCode::kInternal, 500}};
  for (const auto& [code, status] : expected) {
    control_.change_error = ChangeRefused{{code, "no", {}, 0}, {}};
    const auto reply = ask("POST", "/api/v1/virtual-services", kNew);
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.code(), to_string(code));
  }
}

TEST_F(ApiTest, CommentsAreOneLineOfText) {
  const auto post = [this](const std::string& comment) {
    return ask("POST", "/api/v1/virtual-services?dry_run=true&comment=" + comment, kNew).status;
  };
  EXPECT_EQ(post("a%0Ab"), 400);
  EXPECT_EQ(post("%00"), 400);
  EXPECT_EQ(post("%ff"), 400);
  EXPECT_EQ(post("%2"), 400);
  EXPECT_EQ(post(std::string(501, 'x')), 400);
  EXPECT_EQ(post(std::string(500, 'x')), 200);
  std::string umlauts;
  for (int i = 0; i < 500; ++i) umlauts += "%C3%BC";
  EXPECT_EQ(post(umlauts), 200);
}

TEST_F(ApiTest, WarningsReachTheCaller) {
  control_.warnings = {"interface eth0: generic mode"};
  EXPECT_EQ(ask("POST", "/api/v1/virtual-services", kNew).value().at("warnings").at(0), "interface eth0: generic mode");
}

}  // namespace
}  // namespace evenkeel::api
