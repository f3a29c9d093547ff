// What is read: status, counters, connections, explanations, revisions; and operator actions.

#include "api_fixture.h"

namespace evenkeel::api {
namespace {

observed::Snapshot small_snapshot(const model::Configuration& configuration) {
  observed::Snapshot snapshot;
  snapshot.version = "0.1.0";
  snapshot.revision = 1;
  snapshot.notices = {{"interface/eth0", "generic XDP"}};
  snapshot.reasons = {{"no_real_server", "no real server takes connections", 3, "", {}}};
  snapshot.connection_table_size = 100;
  snapshot.connection_table_used = 7;
  observed::VirtualService service;
  service.configuration = configuration.virtual_services[0];
  service.state = observed::VirtualServiceState::kDegraded;
  service.interface = "eth0";
  service.counters.packets = 11;
  observed::RealServer server;
  server.configuration = configuration.virtual_services[0].real_servers[0];
  server.state = observed::RealServerState::kUp;
  server.reason = "GET /health?Authorization=KEY-4711 gave 200";
  server.effective_weight = 100;
  server.last_probe = WallTime{};
  server.last_probe_duration = std::chrono::microseconds(312);
  server.counters.active = 5;
  service.real_servers.push_back(server);
  snapshot.virtual_services.push_back(service);
  return snapshot;
}

TEST_F(ApiTest, StatusShowsTheSnapshotWithoutSecrets) {
  control_.shown = small_snapshot(control_.current);
  const auto reply = ask("GET", "/api/v1/status");
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Type"), "application/json");
  const json::value status = reply.value();
  EXPECT_EQ(status.at("version"), "0.1.0");
  EXPECT_EQ(status.at("connection_table").at("used"), 7);
  EXPECT_EQ(status.at("virtual_services").at(0).at("state"), "degraded");
  EXPECT_EQ(status.at("virtual_services").at(0).at("real_servers").at(0).at("last_probe_ms"), 0.3);
  EXPECT_EQ(reply.body.find("KEY-4711"), std::string::npos);
}

TEST_F(ApiTest, AStatusWithoutRealServersCountsTheirStates) {
  control_.shown = small_snapshot(control_.current);
  observed::Layer7Service proxied;
  proxied.configuration.label = "Web";
  proxied.common = control_.shown.virtual_services[0];
  control_.shown.layer7_services.push_back(proxied);
  const auto status = ask("GET", "/api/v1/status?servers=none").value();
  const auto counts = json::parse(R"({"up": 1, "standby": 0, "down": 0, "unknown": 0, "drained": 0, "halted": 0,
                                      "failed": 0})");
  for (const auto& service : {status.at("virtual_services").at(0), status.at("layer7").at("services").at(0)}) {
    EXPECT_EQ(service.at("state"), "degraded");
    EXPECT_EQ(service.at("server_states"), counts);
    EXPECT_FALSE(service.as_object().contains("real_servers"));
  }
  EXPECT_EQ(ask("GET", "/api/v1/status?servers=all").body, ask("GET", "/api/v1/status").body);
  EXPECT_EQ(ask("GET", "/api/v1/status?servers=some").status, 400);
}

TEST_F(ApiTest, OneServiceOfTheStatusIsAsInTheWhole) {
  control_.shown = small_snapshot(control_.current);
  observed::Layer7Service proxied;
  proxied.configuration.label = "Web";
  control_.shown.layer7_services.push_back(proxied);
  control_.shown.virtual_services.push_back(control_.shown.virtual_services[0]);
  control_.shown.layer7_services.push_back(proxied);
  const auto status = ask("GET", "/api/v1/status").value();
  EXPECT_EQ(status.at("virtual_services").as_array().size(), 2U);
  EXPECT_EQ(status.at("layer7").at("services").as_array().size(), 2U);
  const auto& first = status.at("virtual_services").at(0);
  const std::string label(first.at("label").as_string());
  EXPECT_EQ(ask("GET", "/api/v1/status/virtual-services/" + label).value(), first);
  EXPECT_EQ(ask("GET", "/api/v1/status/layer7-services/Web").value(), status.at("layer7").at("services").at(0));
  EXPECT_EQ(ask("GET", "/api/v1/status/virtual-services/Web").status, 404);
}

TEST_F(ApiTest, AnEmptyStatusIsValidJson) {
  EXPECT_TRUE(ask("GET", "/api/v1/status").value().at("virtual_services").as_array().empty());
}

TEST_F(ApiTest, CountersAreThoseOfTheSnapshot) {
  control_.shown = small_snapshot(control_.current);
  const json::value counters = ask("GET", "/api/v1/counters").value();
  EXPECT_EQ(counters.at("reasons").at(0).at("packets"), 3);
  EXPECT_EQ(counters.at("virtual_services").at(0).at("counters").at("packets"), 11);
  EXPECT_EQ(counters.at("virtual_services").at(0).at("real_servers").at(0).at("counters").at("active"), 5);
}

TEST_F(ApiTest, TrafficHasTheRatesOfTheSnapshot) {
  control_.shown = small_snapshot(control_.current);
  control_.shown.virtual_services[0].real_servers[0].rates.ten_seconds = observed::Rate{1.26, 2, 3, 4, 5};
  const json::value service = ask("GET", "/api/v1/traffic").value().at("virtual_services").at(0);
  EXPECT_EQ(service.at("forwarding_method"), "direct_routing");
  EXPECT_TRUE(service.at("rates").at("10s").is_null());
  EXPECT_EQ(service.at("real_servers").at(0).at("rates").at("10s"),
            json::parse(R"({"connections": 1.3, "packets": 2.0, "bytes": 3.0, "packets_out": 4.0, "bytes_out": 5.0})"));
}

std::vector<observed::Reason> two_reasons() {
  return {{"halted", "its real server is halted", 4, "drain first", {2.5, 1.0, {}}},
          {"reset", "the client was sent a reset", 0, "nothing", {}}};
}

observed::VirtualService service_with(const std::string& label, uint64_t halted) {
  observed::VirtualService service;
  service.configuration.label = label;
  service.reasons = {{"halted", halted, {1.0, 0.5, {}}}};
  return service;
}

TEST_F(ApiTest, ReasonsThatNeverHappenedAreShownOnRequest) {
  control_.shown.reasons = two_reasons();
  const json::value some = ask("GET", "/api/v1/reasons").value().at("reasons");
  ASSERT_EQ(some.as_array().size(), 1u);
  EXPECT_EQ(some.at(0), json::parse(R"({"name": "halted", "description": "its real server is halted", "packets": 4,
    "remedy": "drain first", "rates": {"1s": 2.5, "10s": 1.0, "60s": null}, "virtual_service_count": 0,
    "virtual_services": []})"));
  EXPECT_EQ(ask("GET", "/api/v1/reasons?all=true").value().at("reasons").as_array().size(), 2u);
  EXPECT_EQ(ask("GET", "/api/v1/reasons?all=1").status, 400);
}

TEST_F(ApiTest, AReasonSaysWhosePacketsTheyWere) {
  control_.shown.reasons = two_reasons();
  control_.shown.virtual_services = {service_with("Few", 1), service_with("Most", 3)};
  const json::value row = ask("GET", "/api/v1/reasons").value().at("reasons").at(0);
  EXPECT_EQ(row.at("virtual_services"), json::parse(R"([
    {"label": "Most", "packets": 3, "rates": {"1s": 1.0, "10s": 0.5, "60s": null}},
    {"label": "Few", "packets": 1, "rates": {"1s": 1.0, "10s": 0.5, "60s": null}}])"));
}

TEST_F(ApiTest, ALongListOfWhoseTheyWereEndsSomewhere) {
  control_.shown.reasons = two_reasons();
  for (int i = 0; i < 120; ++i) control_.shown.virtual_services.push_back(service_with(std::to_string(i), 1));
  const json::value row = ask("GET", "/api/v1/reasons").value().at("reasons").at(0);
  EXPECT_EQ(row.at("virtual_services").as_array().size(), 100u);
  EXPECT_EQ(row.at("virtual_service_count"), 120);
}

TEST_F(ApiTest, ReasonsOfOneVirtualService) {
  control_.shown.reasons = two_reasons();
  control_.shown.virtual_services = {service_with("Few", 1), service_with("Most", 3)};
  const json::value rows = ask("GET", "/api/v1/reasons?virtual_service=Most").value().at("reasons");
  ASSERT_EQ(rows.as_array().size(), 1u);
  EXPECT_EQ(rows.at(0), json::parse(R"({"name": "halted", "description": "its real server is halted", "packets": 3,
    "remedy": "drain first", "rates": {"1s": 1.0, "10s": 0.5, "60s": null}})"));
  const json::value all = ask("GET", "/api/v1/reasons?virtual_service=Most&all=true").value().at("reasons");
  ASSERT_EQ(all.as_array().size(), 2u);
  EXPECT_EQ(all.at(1).at("packets"), 0);
  EXPECT_EQ(ask("GET", "/api/v1/reasons?virtual_service=None").status, 404);
}

TEST_F(ApiTest, StatusAndCountersOfAVirtualServiceHaveItsReasons) {
  control_.shown = small_snapshot(control_.current);
  control_.shown.virtual_services[0].reasons = {{"halted", 3, {}}};
  const json::value reasons = json::parse(R"([{"name": "halted", "packets": 3}])");
  EXPECT_EQ(ask("GET", "/api/v1/status").value().at("virtual_services").at(0).at("reasons"), reasons);
  EXPECT_EQ(ask("GET", "/api/v1/counters").value().at("virtual_services").at(0).at("reasons"), reasons);
}

TEST_F(ApiTest, SchemaIsTheModels) {
  EXPECT_EQ(ask("GET", "/api/v1/schema").value(), model::json_schema());
}

TEST_F(ApiTest, ExplainAsksForOneClient) {
  const auto reply =
      ask("GET", "/api/v1/explain?virtual_service=Print_Provider&client=[2001:db8::1]:40000&port=445&protocol=udp");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.value().at("real_server"), "PS2");
  EXPECT_EQ(control_.last_query->client.to_string(), "[2001:db8::1]:40000");
  EXPECT_EQ(control_.last_query->port, 445);
  EXPECT_EQ(control_.last_query->protocol, model::Protocol::kUdp);
  for (const char* bad :
       {"client=10.0.0.1:1", "virtual_service=A", "virtual_service=A&client=10.0.0.1",
        "virtual_service=A&client=10.0.0.1:1&port=0", "virtual_service=A&client=10.0.0.1:1&port=65536",
        "virtual_service=A&client=10.0.0.1:1&protocol=tcp_udp"}) {
    EXPECT_EQ(ask("GET", std::string("/api/v1/explain?") + bad).status, 400) << bad;
  }
}

TEST_F(ApiTest, HealthSaysWhyWithEvidenceWhereThereIsSome) {
  const std::string server = "/api/v1/virtual-services/Print_Provider/real-servers/";
  const auto reply = ask("GET", server + "PS1/health");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.value().at("state"), "down");
  EXPECT_EQ(reply.value().at("sentence"), "it is down: GET /?Authorization=****");
  const json::value probes = reply.value().at("probes");
  EXPECT_EQ(probes.at(0).at("ms"), 3.1);
  EXPECT_EQ(probes.at(0).at("evidence").at("rule"), "allowed_status");
  EXPECT_EQ(probes.at(0).at("evidence").at("first_byte_ms"), 2.9);
  EXPECT_TRUE(probes.at(0).at("evidence").at("connected_ms").is_null());
  EXPECT_TRUE(probes.at(1).at("evidence").is_null());
  EXPECT_EQ(ask("GET", server + "unknown/health").status, 404);
}

TEST_F(ApiTest, ATestAnswersWithItsEvidence) {
  const std::string server = "/api/v1/virtual-services/Print_Provider/real-servers/";
  const auto reply = ask("POST", server + "PS1/health/test");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.value().at("real_server"), "PS1");
  EXPECT_EQ(reply.value().at("outcome"), "failure");
  EXPECT_EQ(reply.value().at("ms"), 3.1);
  EXPECT_EQ(reply.value().at("evidence").at("connected_ms"), 0.3);
  EXPECT_EQ(reply.value().at("look_at"), "see its log");
  EXPECT_EQ(reply.value().at("repeat_with"), "curl -H 'Authorization: ****' http://10.0.0.1/") << "masked once only";
  EXPECT_EQ(control_.tested, control_.current.virtual_services[0].health_check);
  EXPECT_EQ(ask("POST", server + "unknown/health/test").status, 404);
}

TEST_F(ApiTest, ACheckThatIsNotSavedCanBeTested) {
  const std::string test = "/api/v1/virtual-services/Print_Provider/real-servers/PS1/health/test";
  const auto saved = control_.current.virtual_services[0].health_check;
  const auto before = control_.revision();
  ASSERT_EQ(ask("POST", test, R"({"type": "tls", "check_port": 993})").status, 200);
  EXPECT_EQ(control_.tested->type, model::HealthCheckType::kTls);
  EXPECT_EQ(control_.tested->check_port, 993);
  EXPECT_EQ(control_.tested->timeout, saved.timeout);
  EXPECT_EQ(control_.current.virtual_services[0].health_check, saved);
  EXPECT_EQ(control_.revision(), before);

  const auto wrong = ask("POST", test, R"({"check_port": 0})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.value().at("error").at("problems").at(0).at("path"), "$.virtual_services[0].health_check.check_port");
  EXPECT_EQ(ask("POST", test, R"({"type": "external_script"})").status, 400) << "what only the whole can tell";
  EXPECT_EQ(ask("POST", test, "[]").status, 400);
}

TEST_F(ApiTest, SoCanOneOfALayer7VirtualService) {
  auto& service = control_.current.layer7_services.emplace_back();
  service.label = "Web";
  service.address = IpAddress::parse("10.77.0.9").value();
  service.ports = model::PortSet::parse("80").value();
  service.real_servers = {{.label = "W1", .address = IpAddress::parse("10.77.0.31").value()}};
  const std::string test = "/api/v1/virtual-services/Web/real-servers/W1/health/test";
  const auto reply = ask("POST", test, R"({"type": "tls", "check_port": 993})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(control_.tested->type, model::HealthCheckType::kTls);
  const auto wrong = ask("POST", test, R"({"check_port": 0})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.value().at("error").at("problems").at(0).at("path"), "$.layer7_services[0].health_check.check_port");
}

TEST_F(ApiTest, RevisionsAreListedShownComparedAndRestored) {
  auto changed = control_.current;
  changed.virtual_services[0].real_servers[0].weight = 50;
  control_.commit(changed, "anna", "half");
  const json::value list = ask("GET", "/api/v1/revisions").value();
  ASSERT_EQ(list.at("revisions").as_array().size(), 2u);
  EXPECT_EQ(list.at("revisions").at(0).at("number"), 2);
  EXPECT_EQ(list.at("revisions").at(0).at("author"), "anna");
  EXPECT_TRUE(list.at("revisions").at(0).at("restores").is_null());
  EXPECT_EQ(ask("GET", "/api/v1/revisions?limit=1").value().at("revisions").as_array().size(), 1u);

  const json::value first = ask("GET", "/api/v1/revisions/1").value();
  EXPECT_EQ(first.at("comment"), "the farm");
  EXPECT_EQ(first.at("configuration").at("virtual_services").at(0).at("real_servers").at(0).at("weight"), 100);

  const json::value diff = ask("GET", "/api/v1/revisions/1/diff/2").value();
  ASSERT_EQ(diff.at("changes").as_array().size(), 1u);
  EXPECT_EQ(diff.at("changes").at(0).at("kind"), "modified");
  EXPECT_EQ(diff.at("changes").at(0).at("fields").at(0).at("field"), "weight");

  const auto restored = ask("POST", "/api/v1/revisions/1/restore?comment=back");
  ASSERT_EQ(restored.status, 200) << restored.body;
  EXPECT_EQ(restored.value().at("revision"), 3);
  EXPECT_EQ(service(0).real_servers[0].weight, 100);
  EXPECT_EQ(ask("GET", "/api/v1/revisions/3").value().at("restores"), 1);
  for (const char* bad : {"0", "-1", "x", "1x", "99999999999999999999"}) {
    EXPECT_EQ(ask("GET", std::string("/api/v1/revisions/") + bad).status, 400) << bad;
  }
}

constexpr const char* kServer = "/api/v1/virtual-services/Print_Provider/real-servers/PS1/";

TEST_F(ApiTest, OperatorActionsCarryAuthorReasonAndTime) {
  clock_.advance(std::chrono::hours(1));
  const std::vector<std::pair<const char*, model::OperatorState>> states{{"drain", model::OperatorState::kDrain},
                                                                         {"halt", model::OperatorState::kHalt},
                                                                         {"online", model::OperatorState::kOnline}};
  for (const auto& [verb, state] : states) {
    const auto reply = ask("POST", std::string(kServer) + verb, R"({"reason": "new fuser"})");
    ASSERT_EQ(reply.status, 200) << reply.body;
    ASSERT_EQ(control_.actions.size(), 1u);
    const model::OperatorAction& action = control_.actions[0];
    EXPECT_EQ(action.key, (model::RealServerKey{"Print_Provider", "PS1"}));
    EXPECT_EQ(action.state, state);
    EXPECT_EQ(action.reason, "new fuser");
    EXPECT_EQ(action.at, clock_.wall_now());
    EXPECT_FALSE(action.author.empty());
    EXPECT_EQ(reply.value().at("operator_action").at("state"), verb);
  }
}

TEST_F(ApiTest, ADrainMayEnd) {
  const std::string drain = std::string(kServer) + "drain";
  const auto reply = ask("POST", drain, R"({"within": 600})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(control_.actions.at(0).deadline, clock_.wall_now() + std::chrono::minutes(10));
  EXPECT_EQ(reply.value().at("operator_action").at("deadline"),
            json::value(to_iso8601(clock_.wall_now() + std::chrono::minutes(10))));
  EXPECT_EQ(ask("POST", drain, "{}").value().at("operator_action").at("deadline"), nullptr);
  for (const char* body : {R"({"within": 0})", R"({"within": 604801})", R"({"within": "10m"})", R"({"within": 1.5})"}) {
    const auto refused = ask("POST", drain, body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_NE(refused.message().find("from 1 to 604800"), std::string::npos) << refused.body;
  }
  EXPECT_EQ(ask("POST", std::string(kServer) + "halt", R"({"within": 600})").status, 400);
  EXPECT_EQ(ask("POST", std::string(kServer) + "online", R"({"within": 600})").status, 400);
}

TEST_F(ApiTest, FailbackAnswersWithTheTierInForce) {
  const auto reply = ask("POST", "/api/v1/virtual-services/Print_Provider/failback");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.value(), json::parse(R"({"virtual_service": "Print_Provider", "active_tier": 1})"));
  EXPECT_TRUE(control_.failed_back.starts_with("Print_Provider by ")) << control_.failed_back;
  EXPECT_EQ(ask("POST", "/api/v1/virtual-services/unknown/failback").status, 404);
}

TEST_F(ApiTest, TheReasonIsOptionalAndChecked) {
  const std::string drain = std::string(kServer) + "drain";
  EXPECT_EQ(ask("POST", drain).status, 200);
  EXPECT_EQ(ask("POST", drain, "{}").status, 200);
  control_.actions.clear();
  for (const std::string& body : std::vector<std::string>{
           "[]", "7", "{", R"({"why": "x"})", R"({"reason": 7})", R"({"reason": null})", R"({"reason": "a\nb"})",
           R"({"reason": "\u0000"})", R"({"reason": ")" + std::string(501, 'x') + "\"}"}) {
    EXPECT_EQ(ask("POST", drain, body).status, 400) << body;
  }
  EXPECT_TRUE(control_.actions.empty());
}

}  // namespace
}  // namespace evenkeel::api
