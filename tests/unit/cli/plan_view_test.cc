#include "cli/plan_view.h"

#include <gtest/gtest.h>

#include "cli/failure_view.h"
#include "cli/human.h"
#include "cli/lists_view.h"

namespace evenkeel::cli {
namespace {

constexpr Terminal kPlain{.colour = false, .unicode = true, .width = 0};

constexpr const char* kAnswer = R"({"revision": 8, "dry_run": false, "plan": {"changes": [
 {"kind": "added", "object": "virtual_service/MobilityPrint", "renamed_from": "",
  "fields": [{"field": "address", "from": "", "to": "\"10.77.0.100\""}, {"field": "persistence.enabled", "from": "", "to": "false"}]},
 {"kind": "modified", "object": "virtual_service/Print_Provider", "renamed_from": "virtual_service/Printing",
  "fields": [{"field": "scheduler", "from": "\"weighted_least_connections\"", "to": "\"maglev\""},
             {"field": "health_check.check_port", "from": "null", "to": "9163"},
             {"field": "interface", "from": "\"eth0\"", "to": "\"\""}]},
 {"kind": "removed", "object": "virtual_service/X/real_server/PS9", "renamed_from": "", "fields": []}]},
 "warnings": ["virtual service MobilityPrint: 10.77.0.21 has no MAC address yet"]})";

TEST(PlanView, ReadsAsADifference) {
  EXPECT_EQ(render_change(boost::json::parse(kAnswer), kPlain), R"(+ virtual service MobilityPrint
    address:             10.77.0.100
    persistence.enabled: false
~ virtual service Print_Provider  (renamed; was virtual service Printing)
    scheduler:               weighted_least_connections → maglev
    health_check.check_port: null → 9163
    interface:               eth0 → ""
- real server PS9 of X
! virtual service MobilityPrint: 10.77.0.21 has no MAC address yet
Revision 8 is in force.
)");
}

TEST(PlanView, SaysWhatCameOfIt) {
  const auto outcome = [](const char* answer) { return render_change(boost::json::parse(answer), kPlain); };
  EXPECT_EQ(outcome(R"({"revision": null, "dry_run": false, "plan": {"changes": []}, "warnings": []})"),
            "Nothing to change.\n");
  EXPECT_EQ(outcome(R"({"revision": null, "dry_run": true, "plan": {"changes": []}, "warnings": []})"),
            "Dry run: nothing would change.\n");
  EXPECT_EQ(outcome(R"({"revision": null, "dry_run": true, "plan": {"changes": [{"kind": "removed",
              "object": "virtual_service/X"}]}})"),
            "- virtual service X\nDry run: nothing was changed.\n");
}

TEST(PlanView, EscapesWhatValuesHold) {
  const std::string text =
      render_plan(boost::json::parse(R"({"changes": [{"kind": "modified", "object": "virtual_service/\u001b[2J",
        "fields": [{"field": "a", "from": "\"\\u001b[2J\"", "to": "not json \u0007"}]}]})"),
                  kPlain);
  EXPECT_EQ(text, "~ virtual service \\x1b[2J\n    a: \\x1b[2J → not json \\x07\n");
}

TEST(PlanView, ShowsTheLinesOfALongText) {
  EXPECT_EQ(render_plan(boost::json::parse(R"({"changes": [{"kind": "modified", "object": "configuration", "fields": [
        {"field": "fallback_page", "from": "29 bytes in 3 lines", "to": "28 bytes in 3 lines", "text": {"left_out": 1200, "lines":
          ["@@ line 2", "-<p>Back at nine", "+<p>Back at ten\u001b[2J"]}},
        {"field": "auto_nat", "from": "false", "to": "true", "text": null}]}]})"),
                        kPlain),
            R"(~ configuration
    fallback_page: 29 bytes in 3 lines → 28 bytes in 3 lines
        @@ line 2
        -<p>Back at nine
        +<p>Back at ten\x1b[2J
        and 1,200 more lines
    auto_nat:      false → true
)");
}

TEST(FailureView, ListsEveryProblemWithItsPathAndHint) {
  const Failure failure = failure_of(Response{400, R"({"error": {"code": "invalid_argument",
    "message": "the configuration is not valid", "problems": [
      {"path": "$.virtual_services[0].ports", "message": "\"99999\" is not a port", "hint": "write 80"},
      {"path": "$.lable", "message": "there is no field \"lable\" here", "hint": ""}]}})"});
  EXPECT_EQ(failure.exit, ExitCode::kRefused);
  EXPECT_EQ(render_failure(failure, kPlain), R"(evenkeel: the configuration is not valid
  $.virtual_services[0].ports: "99999" is not a port
    write 80
  $.lable: there is no field "lable" here
)");
}

TEST(FailureView, DoesNotSayTheSameTwice) {
  const Failure failure = failure_of(Response{
      400,
      R"({"error": {"message": "this is not JSON", "problems": [{"path": "$", "message": "this is not JSON", "hint": ""}]}})"});
  EXPECT_EQ(render_failure(failure, kPlain), "evenkeel: this is not JSON\n  $\n");
}

TEST(FailureView, MakesSenseOfAnAnswerThatIsNoError) {
  EXPECT_EQ(failure_of(Response{502, "<html>"}).message, "evenkeeld answered with HTTP status 502");
}

TEST(ListsView, RevisionsHaveALineMoreWhereHaproxyDidNotTakeThem) {
  const auto answer = boost::json::parse(R"({"revisions": [
    {"number": 2, "at": "2026-01-31T08:00:01.000Z", "author": "ann", "comment": "", "restores": null, "failure": "port 80 is taken"},
    {"number": 1, "at": "2026-01-31T08:00:00.000Z", "author": "root", "comment": "the farm", "restores": null, "failure": null}]})");
  EXPECT_EQ(render_revisions(answer, kPlain),
            "REVISION  WHEN                 WHO   COMMENT\n"
            "       2  " +
                local_time("2026-01-31T08:00:01.000Z") +
                "  ann\n"
                "    failed: port 80 is taken\n"
                "       1  " +
                local_time("2026-01-31T08:00:00.000Z") + "  root  the farm\n");
}

TEST(ListsView, TrafficShowsAnswersOnlyWhereTheyPassBy) {
  const auto answer = boost::json::parse(R"({"virtual_services": [
    {"label": "Web", "forwarding_method": "nat", "counters": {"active": 7}, "rates": {"1s": null, "10s": {"connections": 1.5, "packets": 1234.5, "bytes": 2000000, "packets_out": 5, "bytes_out": 100}, "60s": null},
     "real_servers": [{"label": "A", "counters": {"active": 7}, "rates": {"1s": null, "10s": null, "60s": null}}]},
    {"label": "Print", "forwarding_method": "direct_routing", "counters": {"active": 0}, "rates": {"10s": {"connections": 0, "packets": 0, "bytes": 0, "packets_out": 0, "bytes_out": 0}}, "real_servers": []}]})");
  EXPECT_EQ(render_traffic(answer, "10s", kPlain),
            R"(SERVICE / REAL SERVER  ACTIVE  CONNECTIONS/s  PACKETS/s  OUT  BYTES/s    OUT
Web                         7            1.5      1,235  5.0   2.0 MB  100 B
  A                         7              -          -    -        -      -
Print                       0            0.0        0.0    -      0 B      -
)");
}

TEST(ListsView, ReasonsSayWhatToDo) {
  const auto answer =
      boost::json::parse(R"({"reasons": [{"name": "halted", "description": "its real server is halted", "packets": 1700,
    "remedy": "drain first", "rates": {"1s": 0, "10s": 2.5, "60s": null}}]})");
  EXPECT_EQ(render_reasons(answer, kPlain), R"(REASON  PACKETS  PER SECOND  MEANING
halted    1,700         2.5  its real server is halted
  what to do: drain first
)");
  EXPECT_EQ(render_reasons(boost::json::parse(R"({"reasons": []})"), kPlain), "Every packet was forwarded.\n");
}

TEST(ListsView, ReasonsSayWhosePacketsTheyWere) {
  const auto answer =
      boost::json::parse(R"({"reasons": [{"name": "halted", "description": "its real server is halted", "packets": 1700,
    "remedy": "drain first", "rates": {"1s": 0, "10s": 2.5, "60s": null}, "virtual_service_count": 3, "virtual_services": [
    {"label": "Print_Provider", "packets": 1600, "rates": {"1s": 0, "10s": 2.5, "60s": null}},
    {"label": "Scan", "packets": 90, "rates": {"1s": null, "10s": null, "60s": null}}]}]})");
  EXPECT_EQ(render_reasons(answer, kPlain), R"(REASON            PACKETS  PER SECOND  MEANING
halted              1,700         2.5  its real server is halted
  Print_Provider    1,600         2.5
  Scan                 90           -
  and 1 other virtual services
  what to do: drain first
)");
}

TEST(ListsView, SourcePorts) {
  EXPECT_EQ(render_source_ports(boost::json::parse(R"({"source_ports": [{"source_address": "10.0.0.1",
      "destination": "10.0.1.1:80", "protocol": "TCP", "used": 52000, "size": 64512}]})"),
                                kPlain),
            R"(source address  destination  pro    used      of
10.0.0.1        10.0.1.1:80  TCP  52,000  64,512
)");
  EXPECT_EQ(render_source_ports(boost::json::parse(R"({"source_ports": []})"), kPlain), "No source port is in use.\n");
}

}  // namespace
}  // namespace evenkeel::cli
