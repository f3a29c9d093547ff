#include "model/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/names.h"

namespace evenkeel::model {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// No field has its default.
Configuration full_configuration() {
  VirtualService service;
  service.label = "Papercut_WUI";
  service.address = *IpAddress::parse("10.77.0.100");
  service.ports = *PortSet::parse("9191,9192-9193");
  service.protocol = Protocol::kTcpUdp;
  service.interface = "eth1";
  service.forwarding_method = ForwardingMethod::kSnat;
  service.source_addresses = {*IpAddress::parse("10.77.0.8"), *IpAddress::parse("10.77.0.9")};
  service.scheduler = Scheduler::kMaglev;
  service.one_packet = true;
  service.persistence = {.enabled = false, .timeout = seconds(900), .ipv4_prefix = 24, .ipv6_prefix = 64};
  service.health_check = {.type = HealthCheckType::kNegotiate,
                          .check_port = 9191,
                          .more_ports = *PortSet::parse("9192,9193"),
                          .follow = "Print_Provider",
                          .protocol = NegotiateProtocol::kHttps,
                          .virtual_host = "papercut.example",
                          .request = "/api/health?disk=1&Authorization=SECRETKEY",
                          .response_expected = R"("status"\s*:\s*"OK")",
                          .allowed_status = "200,204-206",
                          .method = HttpMethod::kHead,
                          .headers = "X-Site: main\nAuthorization: SECRETHEADER",
                          .json_pointer = "/status",
                          .json_equals = "OK",
                          .follow_redirects = true,
                          .verify_certificate = true,
                          .certificate_warning = 30,
                          .login = "monitor",
                          .password = "SECRETPASSWORD",
                          .secret = "SECRETSECRET",
                          .database = "papercut",
                          .share = "printer",
                          .script = "check-queue.sh",
                          .record_type = DnsRecordType::kPtr,
                          .accept_silence = true,
                          .connects_per_negotiate = 5,
                          .interval = seconds(7),
                          .jitter = 10,
                          .insist = true,
                          .timeout = milliseconds(2500),
                          .failure_count = 3,
                          .success_count = 2};
  service.more_checks.emplace_back().type = HealthCheckType::kPing;
  service.required_checks = 1;
  service.feedback = {.method = FeedbackMethod::kHttp, .port = 8033, .request = "/load?token=SECRETTOKEN"};
  service.panic_threshold = 50;
  service.quorum = 2;
  service.minimum_usable = 2;
  service.failback = false;
  service.slow_start = seconds(30);
  service.on_failure = OnFailure::kReset;
  service.on_halt = OnHalt::kDrop;
  service.half_open_limit = 500;
  service.alert_to = "print@example.org";
  service.alert_from = "lb@example.org";
  service.syn_flood = SynFlood::kCookies;
  service.fallback = {.mode = FallbackMode::kServer,
                      .address = *IpAddress::parse("10.77.0.50"),
                      .port = 8080,
                      .masq = true,
                      .page = "<p>\n"};
  service.real_servers = {{.label = "PS1",
                           .address = *IpAddress::parse("2001:db8::21"),
                           .port = 8080,
                           .priority = 2,
                           .weight = 50,
                           .minimum_connections = 10,
                           .maximum_connections = 4294967295}};
  return {{service}};
}

TEST(Json, EveryFieldSurvivesTheRoundTrip) {
  const Configuration configuration = full_configuration();
  for (const Layout layout : {Layout::kOneLine, Layout::kIndented}) {
    const std::string text = to_text(to_json(configuration, Secrets::kPlain), layout);
    const auto parsed = parse_configuration(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, configuration);
  }
}

// A check with nothing but its type.
std::string ping_in_json() {
  Configuration configuration;
  configuration.virtual_services.resize(1);
  configuration.virtual_services[0].health_check.type = HealthCheckType::kPing;
  const auto document = to_json(configuration, Secrets::kMasked);
  return to_text(document.at("virtual_services").at(0).at("health_check"), Layout::kOneLine);
}

TEST(Json, WritesWhatTheDocumentsSay) {
  const std::string text = to_text(to_json(full_configuration(), Secrets::kMasked), Layout::kOneLine);
  EXPECT_EQ(
      text,
      R"({"virtual_services":[{"label":"Papercut_WUI","address":"10.77.0.100","ports":"9191,9192-9193",)"
      R"("protocol":"tcp_udp","interface":"eth1","forwarding_method":"snat",)"
      R"("source_addresses":["10.77.0.8","10.77.0.9"],"scheduler":"maglev","one_packet":true,)"
      R"("persistence":{"enabled":false,"timeout":900,"ipv4_prefix":24,"ipv6_prefix":64},)"
      R"("health_check":{"type":"negotiate","check_port":9191,"more_ports":"9192,9193","follow":"Print_Provider","protocol":"https",)"
      R"("virtual_host":"papercut.example","request":"/api/health?disk=1&Authorization=****",)"
      R"("response_expected":"\"status\"\\s*:\\s*\"OK\"","allowed_status":"200,204-206","method":"head",)"
      R"("headers":"X-Site: main\nAuthorization: ****","json_pointer":"/status","json_equals":"OK",)"
      R"("follow_redirects":true,"starttls":false,"verify_certificate":true,"certificate_warning":30,"login":"monitor",)"
      R"("password":"****","secret":"****","database":"papercut","share":"printer","script":"check-queue.sh","record_type":"ptr",)"
      R"("accept_silence":true,"connects_per_negotiate":5,"interval":7,"jitter":10,"insist":true,)"
      R"("timeout":2.5,"failure_count":3,"success_count":2,"path_check":true},"more_checks":[)" +
          ping_in_json() +
          R"(],"required_checks":1,)"
          R"("feedback":{"method":"http","port":8033,"request":"/load?token=****"},"panic_threshold":50,"quorum":2,"minimum_usable":2,"failback":false,"slow_start":30,"on_failure":"reset","on_halt":"drop",)"
          R"("half_open_limit":500,"syn_flood":"cookies",)"
          R"("fallback":{"mode":"server","address":"10.77.0.50","port":8080,"masq":true,"page":"<p>\n"},)"
          R"("alert_to":"print@example.org","alert_from":"lb@example.org","real_servers":[{"label":"PS1",)"
          R"("address":"2001:db8::21","port":8080,"priority":2,"weight":50,"minimum_connections":10,"maximum_connections":4294967295}]}],"auto_nat":false,)"
          R"("alerts":{"minimum_severity":"warning","gather":5,"interval":300,"email":{"smarthost":"","port":null,)"
          R"("security":"starttls","verify_certificate":true,"login":"","password":"","from":"","to":""},)"
          R"("webhook":{"url":"","bearer":"","verify_certificate":true}},"certificate_warnings":"30,14,7,1","layer7_services":[],"layer7":{"old_worker_limit":86400},"fallback_page":""})");
}

TEST(Json, OfAWebhookOnlySchemeAndServerAreShown) {
  const auto masked = [](const std::string& url) {
    Configuration configuration;
    configuration.alerts.webhook = {.url = url, .bearer = "sesame"};
    const auto webhook = to_json(configuration, Secrets::kMasked).at("alerts").at("webhook").as_object();
    EXPECT_EQ(webhook.at("bearer").as_string(), "****");
    return std::string(webhook.at("url").as_string());
  };
  EXPECT_EQ(masked("https://hooks.example/services/T0/x"), "https://hooks.example/****");
  EXPECT_EQ(masked("http://[2001:db8::1]:8080?key=x"), "http://[2001:db8::1]:8080?****");
  EXPECT_EQ(masked("https://hooks.example/"), "https://hooks.example/");
  EXPECT_EQ(masked("https://hooks.example"), "https://hooks.example");
  const auto sent_back = parse_configuration(R"({"alerts":{"webhook":{"url":"https://hooks.example/****"}}})");
  ASSERT_FALSE(sent_back);
  EXPECT_EQ(sent_back.error().front().message, "this key is masked");
}

TEST(Json, MailAddressesCannotSmuggleHeadersIn) {
  const auto is_taken = [](const std::string& field, const std::string& text) {
    const boost::json::object email{{field, text}};
    return parse_configuration(boost::json::value{{"alerts", {{"email", email}}}}).has_value();
  };
  EXPECT_TRUE(is_taken("to", "a@example.org, b+c@mail.example.org,d@localhost"));
  EXPECT_TRUE(is_taken("smarthost", "2001:db8::25"));
  for (const char* wrong : {"a", "a@", "a@b\r\nBcc: c@d", "a@b,", "a@b c@d", "<a@b>", "a@b>", "a@-b"}) {
    EXPECT_FALSE(is_taken("to", wrong)) << wrong;
    EXPECT_FALSE(is_taken("from", wrong)) << wrong;
  }
  EXPECT_FALSE(is_taken("from", "a@b,c@d"));
  for (const char* wrong : {"smtp.example:25", "a b", "smtp://a", "a/b"}) EXPECT_FALSE(is_taken("smarthost", wrong));
}

TEST(Json, MissingFieldsHaveTheirDefaults) {
  const auto parsed = parse_configuration(
      R"({"virtual_services": [{"label": "A", "address": "10.0.0.1", "ports": "80",
          "real_servers": [{"label": "R", "address": "10.0.0.2"}]}]})");
  ASSERT_TRUE(parsed);
  VirtualService expected;
  expected.label = "A";
  expected.address = *IpAddress::parse("10.0.0.1");
  expected.ports = *PortSet::parse("80");
  expected.real_servers.push_back({.label = "R", .address = *IpAddress::parse("10.0.0.2")});
  EXPECT_EQ(*parsed, Configuration{{expected}});
  EXPECT_EQ(*parse_configuration("{}"), Configuration{});
}

TEST(Json, AutoNatIsASwitchOrAListOfInterfaces) {
  for (const char* text : {"true", "false", R"(["eth0"])", R"(["eth0","eth1.20"])"}) {
    const auto parsed = parse_configuration(std::string(R"({"auto_nat":)") + text + "}");
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(to_text(to_json(*parsed, Secrets::kPlain).at("auto_nat"), Layout::kOneLine),
              to_text(boost::json::parse(text), Layout::kOneLine));
  }
  EXPECT_EQ(parse_configuration(R"({"auto_nat":["eth0"]})")->auto_nat, (AutoNat{true, {"eth0"}}));
  EXPECT_EQ(parse_configuration(R"({"auto_nat":true})")->auto_nat, (AutoNat{true, {}}));
}

}  // namespace
}  // namespace evenkeel::model
