#include "cli/field_options.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace evenkeel::cli {
namespace {

namespace json = boost::json;

FieldOption find(std::string_view structure, std::string_view name) {
  for (FieldOption& option : field_options(structure)) {
    if (option.name == name) return std::move(option);
  }
  ADD_FAILURE() << "no option --" << name;
  return {};
}

TEST(FieldOptions, AreNamedAfterTheirFields) {
  std::vector<std::string> names;
  for (const FieldOption& option : field_options("virtual_service")) names.push_back(option.name);
  for (const char* name : {"label",
                           "address",
                           "ports",
                           "protocol",
                           "interface",
                           "forwarding-method",
                           "source-addresses",
                           "scheduler",
                           "one-packet",
                           "persistence",
                           "persistence-timeout",
                           "persistence-ipv4-prefix",
                           "persistence-ipv6-prefix",
                           "check-type",
                           "check-port",
                           "check-protocol",
                           "check-virtual-host",
                           "check-request",
                           "check-response-expected",
                           "check-allowed-status",
                           "check-interval",
                           "check-timeout",
                           "check-failure-count",
                           "minimum-usable",
                           "failback",
                           "slow-start",
                           "on-failure",
                           "on-halt",
                           "fallback",
                           "fallback-address",
                           "fallback-port",
                           "fallback-masq"}) {
    EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << name;
  }
  EXPECT_EQ(find("virtual_service", "check-port").path, (std::vector<std::string>{"health_check", "check_port"}));
  EXPECT_EQ(find("virtual_service", "persistence").path, (std::vector<std::string>{"persistence", "enabled"}));
  EXPECT_EQ(find("real_server", "weight").path, (std::vector<std::string>{"weight"}));
}

// Of the structures of one layer; what a health check has is in both.
size_t settable_fields(bool is_layer7) {
  // Other commands set what is there once in the whole configuration.
  const std::set<std::string> applied{"configuration", "layer7", "alerts", "email_alerts", "webhook_alerts"};
  const std::set<std::string> of_layer7{"layer7_service", "layer7_server", "layer7_http", "tls", "server_tls"};
  // What is in a list is given with the list, as JSON.
  const std::set<std::string> listed{"layer7_rule", "layer7_condition", "layer7_header_rule"};
  size_t settable = 0;
  for (const model::FieldHelp& help : model::field_help()) {
    const bool is_in_both = help.structure == "health_check" || help.structure == "feedback";
    const bool is_here = is_in_both || of_layer7.contains(help.structure) == is_layer7;
    const bool is_list_of_others = help.type == "list" && help.field != "more_checks";
    const bool is_setting = !applied.contains(help.structure) && !listed.contains(help.structure) &&
                            help.type != "object" && !is_list_of_others;
    settable += is_here && is_setting ? 1 : 0;
  }
  return settable;
}

size_t distinct_options(std::initializer_list<const char*> structures) {
  std::set<std::string> names;
  for (const char* structure : structures) {
    for (const FieldOption& option : field_options(structure)) names.insert(structure + ("/" + option.name));
  }
  return names.size();
}

TEST(FieldOptions, CoverEveryFieldOfTheModelOnce) {
  EXPECT_EQ(distinct_options({"virtual_service", "real_server"}), settable_fields(false));
  EXPECT_EQ(distinct_options({"layer7_service", "layer7_server"}), settable_fields(true));
}

TEST(FieldOptions, AlertsHaveAllOfTheirs) {
  for (const char* name : {"minimum-severity", "gather", "interval", "email-smarthost", "email-port", "email-security",
                           "email-verify-certificate", "email-login", "email-password", "email-from", "email-to",
                           "webhook-url", "webhook-bearer", "webhook-verify-certificate"}) {
    EXPECT_FALSE(find("alerts", name).path.empty()) << name;
  }
  EXPECT_EQ(find("alerts", "email-to").path, (std::vector<std::string>{"email", "to"}));
  EXPECT_EQ(field_options("alerts").size(), 14U);
}

TEST(FieldOptions, AnotherCheckIsOneText) {
  const FieldOption checks = find("virtual_service", "more-checks");
  EXPECT_EQ(parse_element(checks, "type=negotiate  protocol=smtp check-port=25 follow-redirects timeout=2.5"),
            json::value({{"type", "negotiate"},
                         {"protocol", "smtp"},
                         {"check_port", 25},
                         {"follow_redirects", true},
                         {"timeout", 2.5}}));
  EXPECT_EQ(
      parse_element(checks, R"(protocol=simple-tcp request="DATE now\r\n" more_ports=9192,9193 follow-redirects=no)"),
      json::value({{"protocol", "simple_tcp"},
                   {"request", R"(DATE now\r\n)"},
                   {"more_ports", "9192,9193"},
                   {"follow_redirects", false}}));
  for (const char* bad : {"nonsense=1", "check-port=x", "type=nonsense", "follow_redirects=perhaps"}) {
    const auto element = parse_element(checks, bad);
    ASSERT_FALSE(element) << bad;
    EXPECT_EQ(element.error().exit, ExitCode::kUsage);
  }
}

TEST(FieldOptions, ListsAreJson) {
  const FieldOption rules = find("layer7_service", "rules");
  EXPECT_EQ(parse_field(rules, R"([{"label": "a"}])"), json::parse(R"([{"label": "a"}])"));
  for (const char* bad : {"", "{}", "[", "api"}) EXPECT_FALSE(parse_field(rules, bad)) << bad;
  EXPECT_EQ(find("layer7_service", "http-hsts").path, (std::vector<std::string>{"http", "hsts"}));
}

TEST(FieldOptions, NumbersMustBeNumbers) {
  const FieldOption weight = find("real_server", "weight");
  EXPECT_EQ(parse_field(weight, "50"), json::value(50));
  EXPECT_EQ(parse_field(find("virtual_service", "check-timeout"), "2.5"), json::value(2.5));
  for (const char* bad : {"", "fifty", "5x", "\"50\"", "null", "[1]", "0x10"}) {
    const auto value = parse_field(weight, bad);
    ASSERT_FALSE(value) << bad;
    EXPECT_EQ(value.error().exit, ExitCode::kUsage);
    EXPECT_EQ(value.error().hint, "write 0 to 65535");
  }
}

TEST(FieldOptions, NamesMayBeWrittenAsPeopleDo) {
  const FieldOption protocol = find("virtual_service", "protocol");
  for (const char* name : {"tcp_udp", "TCP/UDP", "tcp-udp", "Tcp Udp"}) {
    EXPECT_EQ(parse_field(protocol, name), json::value("tcp_udp")) << name;
  }
  EXPECT_EQ(parse_field(find("virtual_service", "scheduler"), "weighted-round-robin"),
            json::value("weighted_round_robin"));
  EXPECT_FALSE(parse_field(protocol, "sctp"));
}

TEST(FieldOptions, AddressesAreSeparatedByCommas) {
  const FieldOption sources = find("virtual_service", "source-addresses");
  EXPECT_EQ(parse_field(sources, "10.0.0.8"), (json::array{"10.0.0.8"}));
  EXPECT_EQ(parse_field(sources, "10.0.0.8,10.0.0.9"), (json::array{"10.0.0.8", "10.0.0.9"}));
  EXPECT_EQ(parse_field(sources, ""), json::array());
}

TEST(FieldOptions, TextStaysText) {
  EXPECT_EQ(parse_field(find("virtual_service", "ports"), "80"), json::value("80"));
  EXPECT_EQ(parse_field(find("virtual_service", "check-request"), "/a?b=TCP/UDP"), json::value("/a?b=TCP/UDP"));
}

TEST(GivenFields, NestAsTheConfigurationDoes) {
  GivenFields fields;
  fields.set({"health_check", "interval"}, 3);
  fields.set({"health_check", "type"}, "ping");
  fields.set({"label"}, "X");
  fields.set({"health_check", "interval"}, nullptr);
  EXPECT_EQ(fields.document(), json::parse(R"({"health_check": {"interval": null, "type": "ping"}, "label": "X"})"));
}

}  // namespace
}  // namespace evenkeel::cli
