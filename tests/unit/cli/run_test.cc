#include "cli/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "tests/unit/cli/fake_world.h"

namespace evenkeel::cli {
namespace {

using testing::HasSubstr;
using Arguments = std::vector<std::string>;

constexpr const char* kChanged = R"({"revision": 8, "dry_run": false, "plan": {"changes": []}, "warnings": []})";

struct CommandCase {
  Arguments arguments;
  std::string method, target, body;
};

void PrintTo(const CommandCase& command, std::ostream* out) {
  *out << testing::PrintToString(command.arguments);
}

class CommandTest : public testing::TestWithParam<CommandCase> {};

TEST_P(CommandTest, SendsItsRequest) {
  FakeWorld fake;
  fake.answer(kChanged);
  EXPECT_EQ(fake.run(GetParam().arguments), ExitCode::kOk) << fake.error.str();
  ASSERT_EQ(fake.script.requests.size(), 1U);
  EXPECT_EQ(fake.script.requests[0].method, GetParam().method);
  EXPECT_EQ(fake.script.requests[0].target, "/api/v1/" + GetParam().target);
  EXPECT_EQ(fake.script.requests[0].body, GetParam().body);
}

INSTANTIATE_TEST_SUITE_P(
    Reading, CommandTest,
    testing::Values(
        CommandCase{{"status"}, "GET", "status", ""}, CommandCase{{"status", "--json"}, "GET", "status", ""},
        CommandCase{{"virtual-service", "list"}, "GET", "virtual-services", ""},
        CommandCase{{"virtual-service", "show", "A B"}, "GET", "virtual-services/A%20B", ""},
        CommandCase{{"real-server", "list", "VS"}, "GET", "virtual-services/VS", ""},
        CommandCase{{"configuration"}, "GET", "configuration", ""},
        CommandCase{{"configuration", "--secrets", "plain"}, "GET", "configuration?secrets=plain", ""},
        CommandCase{{"schema"}, "GET", "schema", ""}, CommandCase{{"revisions", "list"}, "GET", "revisions", ""},
        CommandCase{{"revisions", "list", "--limit", "5"}, "GET", "revisions?limit=5", ""},
        CommandCase{{"revisions", "show", "3"}, "GET", "revisions/3", ""},
        CommandCase{{"revisions", "diff", "2", "5"}, "GET", "revisions/2/diff/5", ""},
        CommandCase{{"counters"}, "GET", "counters", ""}, CommandCase{{"traffic"}, "GET", "traffic", ""},
        CommandCase{{"source-ports"}, "GET", "source-ports", ""}, CommandCase{{"reasons"}, "GET", "reasons", ""},
        CommandCase{{"reasons", "--all"}, "GET", "reasons?all=true", ""},
        CommandCase{{"reasons", "--virtual-service", "Print A"}, "GET", "reasons?virtual_service=Print%20A", ""},
        CommandCase{{"real-server", "explain", "VS", "PS1"}, "GET", "virtual-services/VS/real-servers/PS1/health", ""},
        CommandCase{{"explain", "VS", "10.0.0.1:4000"}, "GET", "explain?virtual_service=VS&client=10.0.0.1%3A4000", ""},
        CommandCase{{"explain", "VS", "[::1]:1", "--port", "53", "--protocol", "UDP"},
                    "GET",
                    "explain?virtual_service=VS&client=%5B%3A%3A1%5D%3A1&port=53&protocol=udp",
                    ""}));

INSTANTIATE_TEST_SUITE_P(
    Changing, CommandTest,
    testing::Values(
        CommandCase{{"virtual-service", "add", "VS", "--address", "10.0.0.1", "--ports", "80", "--protocol", "TCP/UDP",
                     "--no-persistence", "--check-type", "ping", "--check-interval", "3"},
                    "POST",
                    "virtual-services",
                    R"({"address":"10.0.0.1","ports":"80","protocol":"tcp_udp","persistence":{"enabled":false},)"
                    R"("health_check":{"type":"ping","interval":3},"label":"VS"})"},
        CommandCase{
            {"virtual-service", "edit", "VS", "--label", "New", "--persistence", "--reset", "check-port,interface"},
            "PATCH",
            "virtual-services/VS",
            R"({"label":"New","persistence":{"enabled":true},"health_check":{"check_port":null},"interface":null})"},
        CommandCase{{"virtual-service", "edit", "VS", "--scheduler", "maglev", "--dry-run", "--comment", "try it",
                     "--expected-revision", "7"},
                    "PATCH",
                    "virtual-services/VS?dry_run=true&comment=try%20it&expected_revision=7",
                    R"({"scheduler":"maglev"})"},
        CommandCase{{"virtual-service", "delete", "VS", "--dry-run"}, "DELETE", "virtual-services/VS?dry_run=true", ""},
        CommandCase{{"virtual-service", "duplicate", "VS", "Copy", "--ports", "81"},
                    "POST",
                    "virtual-services/VS/duplicate",
                    R"({"ports":"81","label":"Copy"})"},
        CommandCase{{"real-server", "add", "VS", "PS1", "--address", "10.0.0.2", "--weight", "0"},
                    "POST",
                    "virtual-services/VS/real-servers",
                    R"({"address":"10.0.0.2","weight":0,"label":"PS1"})"},
        CommandCase{{"real-server", "edit", "VS", "PS1", "--weight", "50", "--maximum-connections", "10"},
                    "PATCH",
                    "virtual-services/VS/real-servers/PS1",
                    R"({"weight":50,"maximum_connections":10})"},
        CommandCase{{"real-server", "delete", "VS", "PS1", "--comment", "gone"},
                    "DELETE",
                    "virtual-services/VS/real-servers/PS1?comment=gone",
                    ""},
        CommandCase{{"real-server", "drain", "VS", "PS1", "--reason", "new \"toner\""},
                    "POST",
                    "virtual-services/VS/real-servers/PS1/drain",
                    R"({"reason":"new \"toner\""})"},
        CommandCase{{"real-server", "drain", "VS", "PS1", "--within", "10m"},
                    "POST",
                    "virtual-services/VS/real-servers/PS1/drain",
                    R"({"within":600})"},
        CommandCase{{"real-server", "halt", "VS", "PS1"}, "POST", "virtual-services/VS/real-servers/PS1/halt", ""},
        CommandCase{{"real-server", "online", "VS", "PS1"}, "POST", "virtual-services/VS/real-servers/PS1/online", ""},
        CommandCase{{"virtual-service", "failback", "VS"}, "POST", "virtual-services/VS/failback", ""},
        CommandCase{{"confirm"}, "POST", "confirmation/confirm", ""},
        CommandCase{{"revert"}, "POST", "confirmation/revert", ""},
        CommandCase{{"real-server", "edit", "VS", "PS1", "--weight", "5", "--confirm-within", "2m"},
                    "PATCH",
                    "virtual-services/VS/real-servers/PS1?confirm_within=120",
                    R"({"weight":5})"},
        CommandCase{{"revisions", "restore", "4", "--dry-run"}, "POST", "revisions/4/restore?dry_run=true", ""}));

constexpr const char* kTested = R"({"outcome": "failure", "ms": 3.1, "look_at": "see its log",
    "evidence": {"reason": "HTTP 500", "rule": "allowed_status", "request": "GET / HTTP/1.1\nHost: a", "answer": "HTTP/1.1 500",
                 "connected_ms": 0.3, "secured_ms": null, "first_byte_ms": 2.9},
    "repeat_with": "curl -H 'Host: a' http://10.0.0.1:80/"})";

TEST(TestCommand, ShowsTheEvidenceAndFailsWithTheCheck) {
  FakeWorld fake;
  fake.answer(kTested);
  EXPECT_EQ(fake.run({"real-server", "test", "VS", "PS1"}), ExitCode::kRefused);
  EXPECT_EQ(fake.script.requests.at(0).method, "POST");
  EXPECT_EQ(fake.script.requests.at(0).target, "/api/v1/virtual-services/VS/real-servers/PS1/health/test");
  EXPECT_EQ(fake.script.requests.at(0).body, "");
  EXPECT_EQ(fake.out.str(),
            "failure: HTTP 500\n"
            "→ see its log\n"
            "Decided by allowed_status; TCP 0.30 ms, first byte 2.90 ms, all 3.10 ms\n"
            "\n"
            "> GET / HTTP/1.1\n"
            "> Host: a\n"
            "< HTTP/1.1 500\n"
            "\n"
            "To ask the same from a shell:\n"
            "curl -H 'Host: a' http://10.0.0.1:80/\n");
}

TEST(TestCommand, SendsTheSettingsToBeTried) {
  FakeWorld fake;
  fake.answer(R"({"outcome": "success", "evidence": null})");
  EXPECT_EQ(fake.run({"real-server", "test", "VS", "PS1", "--type", "tls", "--check-port", "993"}), ExitCode::kOk);
  EXPECT_EQ(fake.script.requests.at(0).body, R"({"type":"tls","check_port":993})");
}

TEST(Apply, SendsStandardInputAsItIs) {
  FakeWorld fake;
  fake.answer(kChanged);
  fake.in.str("{\"virtual_services\": []}\n");
  EXPECT_EQ(fake.run({"apply", "-f", "-", "--comment", "a&b"}), ExitCode::kOk);
  EXPECT_EQ(fake.script.requests.at(0).method, "PUT");
  EXPECT_EQ(fake.script.requests.at(0).target, "/api/v1/configuration?comment=a%26b");
  EXPECT_EQ(fake.script.requests.at(0).body, "{\"virtual_services\": []}\n");
  EXPECT_EQ(fake.out.str(), "Revision 8 is in force.\n");
}

TEST(Apply, SendsAFile) {
  const std::string path = testing::TempDir() + "evenkeel_apply_test.json";
  std::ofstream(path) << "{}";
  FakeWorld fake;
  fake.answer(kChanged);
  EXPECT_EQ(fake.run({"apply", "--file", path}), ExitCode::kOk);
  EXPECT_EQ(fake.script.requests.at(0).body, "{}");
  std::remove(path.c_str());
}

TEST(Apply, NamesAFileThatIsNotThere) {
  FakeWorld fake;
  EXPECT_EQ(fake.run({"apply", "-f", "/nonexistent/farm.json"}), ExitCode::kUsage);
  EXPECT_EQ(fake.error.str(), "evenkeel: /nonexistent/farm.json: cannot be opened: No such file or directory\n");
  EXPECT_TRUE(fake.script.requests.empty());
}

TEST(AllServices, ActsWhereverTheLabelIs) {
  FakeWorld fake;
  fake.answer(R"({"virtual_services": [{"label": "A", "real_servers": [{"label": "PS1"}, {"label": "PS2"}]},
                                       {"label": "B", "real_servers": [{"label": "PS2"}]},
                                       {"label": "C", "real_servers": [{"label": "PS1"}]}]})");
  fake.answer(R"({"layer7_services": [{"label": "D", "real_servers": [{"label": "PS1"}]}]})");
  fake.answer("{}");
  fake.answer("{}");
  fake.answer("{}");
  EXPECT_EQ(fake.run({"real-server", "drain", "PS1", "--all-services", "--reason", "x"}), ExitCode::kOk);
  ASSERT_EQ(fake.script.requests.size(), 5U);
  EXPECT_EQ(fake.script.requests[2].target, "/api/v1/virtual-services/A/real-servers/PS1/drain");
  EXPECT_EQ(fake.script.requests[3].target, "/api/v1/virtual-services/C/real-servers/PS1/drain");
  EXPECT_EQ(fake.script.requests[4].target, "/api/v1/virtual-services/D/real-servers/PS1/drain");
  EXPECT_EQ(fake.out.str(),
            "PS1 of A is drained: no new connections, established ones go on.\n"
            "PS1 of C is drained: no new connections, established ones go on.\n"
            "PS1 of D is drained: no new connections, established ones go on.\n");
}

TEST(Failback, SaysWhichTierTakesTheConnections) {
  FakeWorld fake;
  fake.answer(R"({"virtual_service": "VS", "active_tier": 1})");
  EXPECT_EQ(fake.run({"virtual-service", "failback", "VS"}), ExitCode::kOk);
  EXPECT_EQ(fake.out.str(), "VS: tier 1 takes the connections.\n");
  FakeWorld nobody;
  nobody.answer(R"({"virtual_service": "VS", "active_tier": 0})");
  EXPECT_EQ(nobody.run({"virtual-service", "failback", "VS"}), ExitCode::kOk);
  EXPECT_EQ(nobody.out.str(), "VS: no tier has usable real servers.\n");
}

TEST(AllServices, RefusesALabelThatIsNowhere) {
  FakeWorld fake;
  fake.answer(R"({"virtual_services": []})");
  fake.answer(R"({"layer7_services": []})");
  EXPECT_EQ(fake.run({"real-server", "halt", "PS7", "--all-services"}), ExitCode::kRefused);
  EXPECT_EQ(fake.error.str(), "evenkeel: no virtual service has a real server PS7\n");
}

TEST(Configuration, PrintsADocumentThatApplyAccepts) {
  FakeWorld fake;
  fake.answer(
      R"({"revision": 7, "configuration": {"virtual_services": [{"label": "A", "health_check": {"timeout": 2.5}}]}})");
  EXPECT_EQ(fake.run({"configuration"}), ExitCode::kOk);
  EXPECT_EQ(fake.out.str(), R"({
  "virtual_services": [
    {
      "label": "A",
      "health_check": {
        "timeout": 2.5
      }
    }
  ]
}
)");
}

TEST(Json, IsPrintedAsTheApiSaysItButCannotControlTheTerminal) {
  FakeWorld fake;
  fake.answer(
      "{\"a\": \"\xc2\x9b"
      "31m\", \"b\": [0.3, 18446744073709551615, null]}");
  EXPECT_EQ(fake.run({"status", "--json"}), ExitCode::kOk);
  EXPECT_EQ(fake.out.str(),
            "{\n  \"a\": \"\\u009b31m\",\n  \"b\": [\n    0.3,\n    18446744073709551615,\n    null\n  ]\n}\n");
}

TEST(ExitCodes, RefusedWithTheReason) {
  FakeWorld fake;
  fake.answer(R"({"error": {"code": "not_found", "message": "virtual service Nope: there is none \u001b[31m"}})", 404);
  EXPECT_EQ(fake.run({"virtual-service", "delete", "Nope"}), ExitCode::kRefused);
  EXPECT_EQ(fake.error.str(), "evenkeel: virtual service Nope: there is none \\x1b[31m\n");
  EXPECT_EQ(fake.out.str(), "");
}

TEST(ExitCodes, AnAnswerThatIsNotJson) {
  FakeWorld fake;
  fake.answer("<html>");
  EXPECT_EQ(fake.run({"status"}), ExitCode::kRefused);
  EXPECT_THAT(fake.error.str(), HasSubstr("not JSON"));
}

TEST(ExitCodes, NotThere) {
  FakeWorld fake;
  fake.script.answers.push_back(
      fail(Error{ErrorCode::kUnavailable, "cannot connect: No such file or directory", "/s", ENOENT}));
  EXPECT_EQ(fake.run({"--socket", "/s", "status"}), ExitCode::kUnreachable);
  EXPECT_EQ(fake.socket, "/s");
  EXPECT_THAT(fake.error.str(),
              HasSubstr("evenkeeld cannot be reached: /s: cannot connect: No such file or directory"));
  EXPECT_THAT(fake.error.str(), HasSubstr("systemctl start evenkeeld"));
}

TEST(ExitCodes, NotAllowed) {
  FakeWorld fake;
  fake.script.answers.push_back(fail(Error{ErrorCode::kPermission, "cannot connect: Permission denied", "/s", EACCES}));
  EXPECT_EQ(fake.run({"status"}), ExitCode::kUnreachable);
  EXPECT_THAT(fake.error.str(), HasSubstr("group evenkeel"));
}

struct UsageCase {
  Arguments arguments;
  std::string says;
};

void PrintTo(const UsageCase& usage, std::ostream* out) {
  *out << testing::PrintToString(usage.arguments);
}

class UsageTest : public testing::TestWithParam<UsageCase> {};

TEST_P(UsageTest, IsToldApartAndSendsNothing) {
  FakeWorld fake;
  EXPECT_EQ(fake.run(GetParam().arguments), ExitCode::kUsage);
  EXPECT_THAT(fake.error.str(), HasSubstr(GetParam().says));
  EXPECT_EQ(fake.out.str(), "");
  EXPECT_TRUE(fake.script.requests.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Misuse, UsageTest,
    testing::Values(
        UsageCase{{}, "Usage: evenkeel [OPTIONS] SUBCOMMAND"},
        UsageCase{{"real-server"}, "Usage: evenkeel real-server [OPTIONS] SUBCOMMAND"},
        UsageCase{{"frob"}, "there is no command \"evenkeel frob\""},
        UsageCase{{"real-server", "dran", "A", "B"}, "did you mean drain?"}, UsageCase{{"status", "--frob"}, "--frob"},
        UsageCase{{"status", "--json", "--watch"}, "--watch"},
        UsageCase{{"virtual-service", "add", "VS", "--ports", "80"}, "--address is required"},
        UsageCase{{"virtual-service", "add", "VS", "--address", "::1", "--ports", "1", "--protocol", "sctp"},
                  "--protocol: \"sctp\" is not known here: write one of tcp, udp, tcp_udp"},
        UsageCase{{"virtual-service", "edit", "VS"}, "nothing to change"},
        UsageCase{{"virtual-service", "edit", "VS", "--check-interval", "soon"},
                  "--check-interval: \"soon\" is not a number"},
        UsageCase{{"virtual-service", "edit", "VS", "--reset", "address"}, "--reset: there is no setting \"address\""},
        UsageCase{{"real-server", "drain", "PS1"}, "name the virtual service and the real server"},
        UsageCase{{"real-server", "drain", "VS", "PS1", "--all-services"}, "name the real server alone"},
        UsageCase{{"real-server", "drain", "VS", "PS1", "--within", "soon"}, "--within: \"soon\" is no time"},
        UsageCase{{"connections", "--limit", "-5"}, "--limit"}, UsageCase{{"explain", "VS"}, "CLIENT is required"},
        UsageCase{{"explain", "VS", "10.0.0.1:1", "--protocol", "sctp"}, "--protocol"},
        UsageCase{{"revisions", "show", "three"}, "three"}, UsageCase{{"apply"}, "--file is required"},
        UsageCase{{"--colour", "sometimes", "status"}, "--colour"}));

TEST(Help, IsAskedForInTwoWays) {
  FakeWorld asked, commanded;
  EXPECT_EQ(asked.run({"real-server", "drain", "--help"}), ExitCode::kOk);
  EXPECT_EQ(commanded.run({"help", "real-server", "drain"}), ExitCode::kOk);
  EXPECT_EQ(asked.out.str(), commanded.out.str());
  EXPECT_THAT(asked.out.str(), HasSubstr("Usage: evenkeel real-server drain [OPTIONS] [VIRTUAL-SERVICE] REAL-SERVER"));
}

TEST(Help, TellsRangesAndDefaultsOfTheModel) {
  FakeWorld fake;
  EXPECT_EQ(fake.run({"real-server", "add", "--help"}), ExitCode::kOk);
  EXPECT_THAT(fake.out.str(), HasSubstr("[0 to 65535]"));
  EXPECT_THAT(fake.out.str(), HasSubstr("(default: 100)"));
  EXPECT_THAT(fake.out.str(), HasSubstr("(required)"));
}

TEST(Help, SaysTheVersion) {
  FakeWorld fake;
  EXPECT_EQ(fake.run({"--version"}), ExitCode::kOk);
  EXPECT_THAT(fake.out.str(), testing::StartsWith("evenkeel 0."));
}

TEST(Status, IsDrawnAgainUntilItIsStopped) {
  FakeWorld fake;
  fake.pauses_left = 1;
  fake.answer("{}");
  fake.answer("{}");
  EXPECT_EQ(fake.run({"status", "--watch"}), ExitCode::kOk) << fake.error.str();
  EXPECT_EQ(fake.script.requests.size(), 2U);
  EXPECT_THAT(fake.out.str(), testing::StartsWith("\x1b[H"));
}

}  // namespace
}  // namespace evenkeel::cli
