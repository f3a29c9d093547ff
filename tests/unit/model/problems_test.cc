// Every way in which one field can be wrong: what is said, where, and what to do instead.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/json.h"

namespace evenkeel::model {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<Problem> problems_of(std::string_view text) {
  auto parsed = parse_configuration(text);
  return parsed ? std::vector<Problem>{} : parsed.error();
}

// `fields` are added to a virtual service (or its real server, or health check) that is otherwise right.
std::string with_service(std::string_view fields) {
  return R"({"virtual_services":[{"label":"A","address":"10.0.0.1","ports":"80",)" + std::string(fields) + "}]}";
}
std::string with_server(std::string_view fields) {
  return with_service(R"("real_servers":[{"label":"R","address":"10.0.0.2",)" + std::string(fields) + "}]");
}
std::string with_check(std::string_view fields) {
  return with_service(R"("health_check":{)" + std::string(fields) + "}");
}

struct Case {
  std::string text;
  std::string path;
  std::string message;  // a part of it
  std::string hint;     // a part of it
};

void PrintTo(const Case& test, std::ostream* out) {
  *out << test.text;
}

class OneProblem : public ::testing::TestWithParam<Case> {};

TEST_P(OneProblem, IsReportedWithItsPathAndHint) {
  const auto problems = problems_of(GetParam().text);
  ASSERT_EQ(problems.size(), 1u) << GetParam().text;
  EXPECT_EQ(problems[0].path, GetParam().path);
  EXPECT_THAT(problems[0].message, HasSubstr(GetParam().message));
  EXPECT_THAT(problems[0].hint, HasSubstr(GetParam().hint));
  EXPECT_FALSE(problems[0].hint.empty());
}

constexpr const char* kService = "$.virtual_services[0]";
std::string service(std::string_view field) {
  return kService + std::string(field);
}

INSTANTIATE_TEST_SUITE_P(
    Structure, OneProblem,
    ::testing::Values(
        Case{"[]", "$", "an object is needed", "configuration"},
        Case{R"({"auto_nat":"eth0"})", "$.auto_nat", "true, false or a list of interfaces", "[\"eth0\"]"},
        Case{R"({"auto_nat":[]})", "$.auto_nat", "no interface is named", "true, false"},
        Case{R"({"auto_nat":["eth0","eth0"]})", "$.auto_nat[1]", "\"eth0\" is named twice", "once"},
        Case{R"({"auto_nat":["eth\" accept"]})", "$.auto_nat[0]", "is not an interface name", "eth0"},
        Case{R"({"auto_nat":[""]})", "$.auto_nat[0]", "is not an interface name", "eth0"},
        Case{"{\"virtual_service\": []}", "$.virtual_service", "no field \"virtual_service\"",
             "did you mean \"virtual_services\"?"},
        Case{"{\"a b\": 1}", "$[\"a b\"]", "no field \"a b\"", "virtual_services"},
        Case{"{\"virtual_services\": {}}", "$.virtual_services", "a list is needed here, not an object",
             "virtual_service"},
        Case{"{\"virtual_services\": [5]}", kService, "an object is needed", "virtual_service"},
        Case{R"({"virtual_services":[{"address":"10.0.0.1","ports":"80"}]})", service(".label"), "\"label\" is missing",
             "unique name"},
        Case{R"({"virtual_services":[{"label":"A","ports":"80"}]})", service(".address"), "\"address\" is missing",
             "add it"},
        Case{R"({"virtual_services":[{"label":"A","address":"10.0.0.1"}]})", service(".ports"), "\"ports\" is missing",
             "add it"},
        Case{with_service("\"shceduler\":\"maglev\""), service(".shceduler"), "no field", "\"scheduler\"?"},
        Case{with_service("\"zzzzzzzzzzzz\":1"), service(".zzzzzzzzzzzz"), "no field", "the fields here are label"},
        Case{with_server("\"ports\":\"80\""), service(".real_servers[0].ports"), "no field", "with nat and snat"},
        Case{with_server("\"port\":65536"), service(".real_servers[0].port"), "65536 is out of range", "0 to 65535"},
        Case{with_service("\"source_addresses\":\"10.0.0.9\""), service(".source_addresses"),
             "a list of IP addresses is needed here, not text", "[\"10.0.0.30\"]"},
        Case{with_service(R"("source_addresses":["10.0.0.9","x"])"), service(".source_addresses[1]"),
             "\"x\" is not an IPv4 or IPv6 address", "without prefix"},
        Case{
            with_service(R"("source_addresses":["1.0.0.1","1.0.0.2","1.0.0.3","1.0.0.4","1.0.0.5","1.0.0.6","1.0.0.7",)"
                         R"("1.0.0.8"])"),
            service(".source_addresses"), "8 addresses where 7 are the limit", "at most 7"},
        Case{with_service("\"on_halt\":\"keep\""), service(".on_halt"), "\"keep\" is not known here", "reset, drop"},
        Case{with_service("\"real_servers\":[null]"), service(".real_servers[0]"), "an object is needed",
             "real_server"},
        Case{with_service("\"real_servers\":[{\"label\":\"R\"}]"), service(".real_servers[0].address"),
             "\"address\" is missing", "same subnet"}));

INSTANTIATE_TEST_SUITE_P(
    Service, OneProblem,
    ::testing::Values(
        Case{R"({"virtual_services":[{"label":"","address":"10.0.0.1","ports":"80"}]})", service(".label"),
             "\"\" is not a label", "1 to 64"},
        Case{R"({"virtual_services":[{"label":"-a","address":"10.0.0.1","ports":"80"}]})", service(".label"),
             "\"-a\" is not a label", "starting with a letter"},
        Case{R"({"virtual_services":[{"label":"a/b","address":"10.0.0.1","ports":"80"}]})", service(".label"),
             "\"a/b\" is not a label", ""},
        Case{R"({"virtual_services":[{"label":"A\n","address":"10.0.0.1","ports":"80"}]})", service(".label"),
             "\"A\\u000a\" is not a label", ""},
        Case{R"({"virtual_services":[{"label":")" + std::string(65, 'a') + R"(","address":"10.0.0.1","ports":"80"}]})",
             service(".label"), "65 characters where 64 are the limit", ""},
        Case{R"({"virtual_services":[{"label":7,"address":"10.0.0.1","ports":"80"}]})", service(".label"),
             "text is needed here, not a number", ""},
        Case{R"({"virtual_services":[{"label":"A","address":"10.0.0.300","ports":"80"}]})", service(".address"),
             "\"10.0.0.300\" is not an IPv4 or IPv6 address", "10.0.0.30"},
        Case{R"({"virtual_services":[{"label":"A","address":"10.0.0.1/24","ports":"80"}]})", service(".address"),
             "\"10.0.0.1/24\" is not", "without prefix"},
        Case{R"({"virtual_services":[{"label":"A","address":1,"ports":"80"}]})", service(".address"),
             "an IP address is needed here, not a number", "10.0.0.30"},
        Case{R"({"virtual_services":[{"label":"A","address":"10.0.0.1","ports":80}]})", service(".ports"),
             "ports as text is needed here, not a number", "\"80\""},
        Case{R"({"virtual_services":[{"label":"A","address":"10.0.0.1","ports":"0"}]})", service(".ports"),
             "\"0\" is not a port", "800-900"},
        Case{with_service("\"protocol\":\"TCP\""), service(".protocol"), "\"TCP\" is not known here",
             "tcp, udp, tcp_udp"},
        Case{with_service("\"protocol\":\"tcp_ud\""), service(".protocol"), "not known", "did you mean \"tcp_udp\"?"},
        Case{with_service("\"protocol\":6"), service(".protocol"), "a name is needed here, not a number", "tcp, udp"},
        Case{with_service("\"interface\":\"a b\""), service(".interface"), "not an interface name", "eth0"},
        Case{with_service("\"interface\":\"a/b\""), service(".interface"), "not an interface name", "eth0"},
        Case{with_service("\"interface\":\"..\""), service(".interface"), "not an interface name", "eth0"},
        Case{with_service("\"interface\":\"abcdefghijklmnop\""), service(".interface"), "15 are the limit", "eth0"},
        Case{with_service("\"forwarding_method\":\"dr\""), service(".forwarding_method"), "\"dr\" is not known",
             "direct_routing"},
        Case{with_service("\"scheduler\":\"wlc\""), service(".scheduler"), "\"wlc\" is not known", "source_hash"},
        Case{with_service("\"fallback\":{\"mode\":\"remote\"}"), service(".fallback.mode"), "not known",
             "local, page, server, none"},
        Case{with_service("\"persistence\":true"), service(".persistence"), "an object is needed", "persistence"},
        Case{with_service("\"persistence\":{\"enabled\":\"yes\"}"), service(".persistence.enabled"),
             "true or false is needed here, not text", "without quotes"},
        Case{with_service("\"persistence\":{\"timeout\":0}"), service(".persistence.timeout"), "0 is out of range",
             "1 to 2678400"},
        Case{with_service("\"persistence\":{\"timeout\":\"300\"}"), service(".persistence.timeout"),
             "a whole number is needed here, not text", "without quotes"},
        Case{with_service("\"persistence\":{\"ipv4_prefix\":33}"), service(".persistence.ipv4_prefix"), "33 is out of",
             "1 to 32"},
        Case{with_service("\"persistence\":{\"ipv6_prefix\":0}"), service(".persistence.ipv6_prefix"), "0 is out of",
             "1 to 128"}));

INSTANTIATE_TEST_SUITE_P(
    RealServer, OneProblem,
    ::testing::Values(
        Case{with_server("\"weight\":65536"), service(".real_servers[0].weight"), "65536 is out of range",
             "0 to 65535"},
        Case{with_server("\"weight\":-1"), service(".real_servers[0].weight"), "-1 is out of range", "0 to 65535"},
        Case{with_server("\"weight\":1.5"), service(".real_servers[0].weight"), "1.5 is not a whole number", "0 to"},
        Case{with_server("\"weight\":1e300"), service(".real_servers[0].weight"), "is not a whole number", "0 to"},
        Case{with_server("\"weight\":18446744073709551615"), service(".real_servers[0].weight"), "is out of range", ""},
        Case{with_server("\"weight\":null"), service(".real_servers[0].weight"), "not null", ""},
        Case{with_server("\"minimum_connections\":4294967296"), service(".real_servers[0].minimum_connections"),
             "is out of range", "4294967295"},
        Case{with_server("\"maximum_connections\":[1]"), service(".real_servers[0].maximum_connections"), "not a list",
             "4294967295"}));

INSTANTIATE_TEST_SUITE_P(
    HealthCheck, OneProblem,
    ::testing::Values(
        Case{with_check("\"type\":\"tcp\""), service(".health_check.type"), "\"tcp\" is not known", "negotiate"},
        Case{with_check("\"check_port\":0"), service(".health_check.check_port"), "0 is out of range", "1 to 65535"},
        Case{with_check("\"check_port\":\"80\""), service(".health_check.check_port"), "not text", "without quotes"},
        Case{with_check("\"protocol\":\"gopher\""), service(".health_check.protocol"), "\"gopher\" is not known",
             "https"},
        Case{with_check("\"virtual_host\":\"a_b\""), service(".health_check.virtual_host"), "not a host name",
             "papercut.example"},
        Case{with_check("\"virtual_host\":\"a:80\""), service(".health_check.virtual_host"), "not a host name", ""},
        Case{with_check("\"virtual_host\":\"-a\""), service(".health_check.virtual_host"), "not a host name", ""},
        Case{with_check(R"("request":"/a\r\nX: y")"), service(".health_check.request"), "not text on one line", "\\n"},
        Case{with_check(R"("headers":"X y")"), service(".health_check.headers"), "not a list of HTTP headers", "Name:"},
        Case{with_check(R"("headers":"X: 1\r\nY: 2")"), service(".health_check.headers"), "not a list of HTTP", ""},
        Case{with_check(R"("headers":"X: 1\nHost: b")"), service(".health_check.headers"), "host is the check's own",
             ""},
        Case{with_check(R"("headers":"Authorization: ****")"), service(".health_check.headers"), "masked", "leave"},
        Case{with_check(R"("password":"****")"), service(".health_check.password"), "masked", "leave the field"},
        Case{with_check(R"("password":"a\u0001SECRET")"), service(".health_check.password"), "this is not text", ""},
        Case{with_check(R"("share":"\\\\ps1\\printer")"), service(".health_check.share"), "not the name of a share",
             ""},
        Case{with_service(R"("feedback":{"method":"snmp"})"), service(".feedback.method"), "not known", "agent"},
        Case{with_service(R"("feedback":{"port":0})"), service(".feedback.port"), "range", "1 to 65535"},
        Case{with_check(R"("json_pointer":"status")"), service(".health_check.json_pointer"), "not a JSON pointer",
             "/"},
        Case{with_check(R"("script":"../evenkeeld")"), service(".health_check.script"), "not the name of a script",
             "without a directory"},
        Case{with_check(R"("script":".hidden")"), service(".health_check.script"), "not the name of a script", ""},
        Case{with_check(R"("record_type":"any")"), service(".health_check.record_type"), "not known", "cname"},
        Case{with_check(R"("connects_per_negotiate":0)"), service(".health_check.connects_per_negotiate"), "range", ""},
        Case{with_check("\"request\":\"/a?Authorization=****\""), service(".health_check.request"),
             "this key is masked", "give the real one or leave the field as it is"},
        Case{with_check("\"request\":\"/a?b=1&%41uthorization=%2a%2A**\""), service(".health_check.request"),
             "this key is masked", "leave the field"},
        Case{with_check("\"response_expected\":\"(\""), service(".health_check.response_expected"),
             "not a regular expression: missing )", "OK"},
        Case{with_check("\"response_expected\":\"(?=a)\""), service(".health_check.response_expected"),
             "not a regular expression", ""},
        Case{with_check("\"allowed_status\":\"\""), service(".health_check.allowed_status"), "not a list of HTTP",
             "301"},
        Case{with_check("\"allowed_status\":\"20\""), service(".health_check.allowed_status"), "not a list of HTTP",
             ""},
        Case{with_check("\"allowed_status\":\"200,\""), service(".health_check.allowed_status"), "not a list", ""},
        Case{with_check("\"allowed_status\":\"600\""), service(".health_check.allowed_status"), "outside 100 to 599",
             ""},
        Case{with_check("\"allowed_status\":\"200,099-200\""), service(".health_check.allowed_status"),
             "\"099-200\" is", ""},
        Case{with_check("\"allowed_status\":\"299-200\""), service(".health_check.allowed_status"), "runs backwards",
             ""},
        Case{with_check("\"interval\":0"), service(".health_check.interval"), "0 is out of range", "1 to 3600"},
        Case{with_check("\"interval\":1.5"), service(".health_check.interval"), "not a whole number", "1 to 3600"},
        Case{with_check("\"timeout\":0"), service(".health_check.timeout"), "0 seconds is out of range", "0.05 to 300"},
        Case{with_check("\"timeout\":300.001"), service(".health_check.timeout"), "out of range", "0.05 to 300"},
        Case{with_check("\"timeout\":0.0505"), service(".health_check.timeout"), "more than three decimals", ""},
        Case{with_check("\"timeout\":\"5s\""), service(".health_check.timeout"), "a number of seconds is needed", ""},
        Case{with_check("\"failure_count\":0"), service(".health_check.failure_count"), "out of range", "1 to 100"},
        Case{with_check("\"failure_count\":101"), service(".health_check.failure_count"), "out of range", "1 to 100"}));

INSTANTIATE_TEST_SUITE_P(
    Text, OneProblem,
    ::testing::Values(Case{"", "$", "the JSON ends too early, at line 1, column 1", "close"},
                      Case{"{\n \"virtual_services\": [", "$", "ends too early, at line 2", "close"},
                      Case{"{}\n x", "$", "something follows the JSON at line 2, column 2", "one object"},
                      Case{"{\n  \"virtual_services\": [,]}", "$", "line 2, column 24", "comma"},
                      Case{"{'virtual_services': []}", "$", "line 1, column 2", "quotation mark"},
                      Case{"{} // comment", "$", "something follows", ""},
                      Case{"{\"\xff\": 1}", "$", "a byte that JSON does not allow there, at line 1, column 3", "UTF-8"},
                      Case{"{\"a\n\": 1}", "$", "a byte that JSON does not allow", ""},
                      Case{std::string(40, '['), "$", "more than 32 levels", ""},
                      Case{R"({"virtual_services":[], "virtual_services":[]})", "$.virtual_services", "is there twice",
                           "keep one"},
                      Case{R"({"virtual_services":[{},{"label":"A","label":"B"}]})", "$.virtual_services[1].label",
                           "\"label\" is there twice", "keep one"},
                      Case{R"({"virtual_services":[{"a":{"b":[1,{"c":1,"\u0063":2}]}}]})",
                           "$.virtual_services[0].a.b[1].c", "\"c\" is there twice", ""}));

TEST(Problems, AreReportedAllAtOnce) {
  const auto problems = problems_of(R"({"virtual_services":[
      {"label":"A B","address":"x","ports":"1-","health_check":{"interval":0,"bogus":1},
       "real_servers":[{"label":"R","address":"10.0.0.2"},{"weight":-1}]},
      {"protocol":"sctp"}], "extra": 1})");
  std::vector<std::string> paths;
  for (const Problem& problem : problems) paths.push_back(problem.path);
  EXPECT_THAT(paths, ::testing::ElementsAre(
                         "$.virtual_services[0].label", "$.virtual_services[0].address", "$.virtual_services[0].ports",
                         "$.virtual_services[0].health_check.interval", "$.virtual_services[0].health_check.bogus",
                         "$.virtual_services[0].real_servers[1].weight", "$.virtual_services[0].real_servers[1].label",
                         "$.virtual_services[0].real_servers[1].address", "$.virtual_services[1].protocol",
                         "$.virtual_services[1].label", "$.virtual_services[1].address", "$.virtual_services[1].ports",
                         "$.extra"));
}

TEST(Problems, AreLimitedInNumber) {
  std::string text = "{\"virtual_services\":[0";
  for (int i = 0; i < 5000; ++i) text += ",0";
  const auto problems = problems_of(text + "]}");
  ASSERT_EQ(problems.size(), 1001u);
  EXPECT_THAT(problems.back().message, HasSubstr("more problems"));
}

TEST(Problems, NeverShowAKey) {
  for (const std::string& text : std::vector<std::string>{
           with_check("\"request\":\"api?Authorization=SECRETKEY\""), with_check("\"request\":\"/ ?token=SECRETKEY\""),
           with_service("\"key=SECRETKEY\":1"), R"({"virtual_services":"password=SECRETKEY"})"}) {
    for (const Problem& problem : problems_of(text)) {
      EXPECT_THAT(problem.message, Not(HasSubstr("SECRETKEY")));
      EXPECT_THAT(problem.hint, Not(HasSubstr("SECRETKEY")));
      EXPECT_THAT(problem.path, Not(HasSubstr("SECRETKEY")));
    }
  }
}

TEST(Problems, AcceptWhatIsUnusualButRight) {
  for (const std::string& text : std::vector<std::string>{
           with_server("\"weight\":0"), with_server("\"weight\":1e2"), with_check("\"check_port\":null"),
           with_check("\"timeout\":0.05"), with_check("\"timeout\":0.3"),
           with_check("\"virtual_host\":\"a.b-c.example.\""), with_check("\"virtual_host\":\"\""),
           with_check("\"response_expected\":\"é\""), with_check("\"allowed_status\":\"100-599,200\""),
           with_service("\"interface\":\"br-lan.10@x\""), with_service("\"real_servers\":[]"),
           std::string("\n\t{ }\n")}) {
    EXPECT_THAT(problems_of(text), ::testing::IsEmpty()) << text;
  }
}

TEST(Problems, TextOverTheLimitIsRefused) {
  EXPECT_THAT(problems_of(std::string((16 << 20) + 1, ' ')).at(0).message, HasSubstr("16 MiB"));
}

}  // namespace
}  // namespace evenkeel::model
