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
                          .timeout = milliseconds(2500),
                          .failure_count = 3};
  service.minimum_usable = 2;
  service.failback = false;
  service.slow_start = seconds(30);
  service.on_failure = OnFailure::kReset;
  service.on_halt = OnHalt::kDrop;
  service.half_open_limit = 500;
  service.syn_flood = SynFlood::kCookies;
  service.fallback = {
      .mode = FallbackMode::kServer, .address = *IpAddress::parse("10.77.0.50"), .port = 8080, .masq = true};
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

TEST(Json, WritesWhatTheDocumentsSay) {
  const std::string text = to_text(to_json(full_configuration(), Secrets::kMasked), Layout::kOneLine);
  EXPECT_EQ(
      text,
      R"({"virtual_services":[{"label":"Papercut_WUI","address":"10.77.0.100","ports":"9191,9192-9193",)"
      R"("protocol":"tcp_udp","interface":"eth1","forwarding_method":"snat",)"
      R"("source_addresses":["10.77.0.8","10.77.0.9"],"scheduler":"maglev","one_packet":true,)"
      R"("persistence":{"enabled":false,"timeout":900,"ipv4_prefix":24,"ipv6_prefix":64},)"
      R"("health_check":{"type":"negotiate","check_port":9191,"protocol":"https",)"
      R"("virtual_host":"papercut.example","request":"/api/health?disk=1&Authorization=****",)"
      R"("response_expected":"\"status\"\\s*:\\s*\"OK\"","allowed_status":"200,204-206","method":"head",)"
      R"("headers":"X-Site: main\nAuthorization: ****","json_pointer":"/status","json_equals":"OK",)"
      R"("follow_redirects":true,"verify_certificate":true,"certificate_warning":30,"login":"monitor",)"
      R"("password":"****","secret":"****","database":"papercut","share":"printer","script":"check-queue.sh","record_type":"ptr",)"
      R"("accept_silence":true,"connects_per_negotiate":5,"interval":7,)"
      R"("timeout":2.5,"failure_count":3,"path_check":true},"minimum_usable":2,"failback":false,"slow_start":30,"on_failure":"reset","on_halt":"drop",)"
      R"("half_open_limit":500,"syn_flood":"cookies",)"
      R"("fallback":{"mode":"server","address":"10.77.0.50","port":8080,"masq":true},"real_servers":[{"label":"PS1",)"
      R"("address":"2001:db8::21","port":8080,"priority":2,"weight":50,"minimum_connections":10,"maximum_connections":4294967295}]}],"auto_nat":false})");
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
