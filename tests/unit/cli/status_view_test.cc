#include "cli/status_view.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/text.h"

namespace evenkeel::cli {
namespace {

constexpr const char* kStatus = R"({
 "version": "0.1.0", "revision": 3, "read_only": false, "at": "2026-01-31T08:00:00.000Z",
 "notices": [{"object": "interface/eth0", "message": "generic XDP: about half the speed, because the driver of this interface has no native mode"}],
 "connection_table": {"size": 1048572, "used": 1234},
 "reasons": [{"name": "malformed", "description": "headers that make no sense", "packets": 0},
             {"name": "no_real_server", "description": "a new connection while no real server takes any and there is no fallback", "packets": 1700}],
 "virtual_services": [
  {"label": "Print_Provider", "address": "10.77.0.100", "ports": "445", "protocol": "tcp",
   "forwarding_method": "direct_routing", "scheduler": "weighted_least_connections", "state": "degraded",
   "fallback_active": false, "reason": "", "interface": "eth0",
   "counters": {"packets": 12345678, "bytes": 9876543210, "connections": 1812, "active": 170, "inactive": 33},
   "reasons": [{"name": "no_real_server", "packets": 50}],
   "real_servers": [
    {"label": "PS1", "address": "10.77.0.21", "state": "up", "since": "2026-01-31T07:58:00.000Z",
     "reason": "TCP connect to 10.77.0.21:445 in 0.3 ms", "weight": 100, "operator_action": null,
     "last_probe": "2026-01-31T07:59:58.000Z", "last_probe_ms": 0.3,
     "counters": {"packets": 1234567, "bytes": 987654321, "connections": 912, "active": 170, "inactive": 33}},
    {"label": "PS2", "address": "10.77.0.22", "state": "drained", "since": "2026-01-31T07:55:00.000Z", "reason": "drained by root",
     "weight": 50, "operator_action": {"state": "drain", "author": "root", "reason": "new toner", "at": "2026-01-31T07:55:00.000Z"},
     "last_probe": null, "counters": {"packets": 9999, "bytes": 1234, "connections": 900, "active": 0, "inactive": 3}},
    {"label": "PS3", "address": "10.77.0.23", "state": "unknown", "since": "2026-01-31T07:59:59.000Z", "reason": "not checked yet",
     "weight": 100, "operator_action": null, "last_probe": null, "counters": {}},
    {"label": "PS4", "address": "10.77.9.24", "state": "failed", "since": "2026-01-31T07:59:59.000Z",
     "reason": "10.77.9.24 is not on a network of this machine: direct routing needs a real server on the same link",
     "weight": 100, "operator_action": null, "last_probe": "2026-01-31T07:59:58.000Z", "last_probe_ms": 0.3, "counters": {}}]},
  {"label": "MobilityPrint", "address": "10.77.0.100", "ports": "53,9163,9164", "protocol": "tcp_udp",
   "forwarding_method": "direct_routing", "scheduler": "maglev", "state": "down", "fallback_active": true, "reason": "",
   "interface": "eth0", "counters": {}, "reasons": [{"name": "no_real_server", "packets": 1650}],
   "real_servers": [
    {"label": "PS1", "address": "10.77.0.21", "state": "down", "since": "2026-01-31T07:00:00.000Z",
     "reason": "TCP connect to 10.77.0.21:9163: connection refused", "weight": 100, "operator_action": null,
     "last_probe": "2026-01-31T07:59:58.000Z", "last_probe_ms": 12.2, "counters": {}}]}]})";

std::string rendered(const Terminal& terminal) {
  return render_status(boost::json::parse(kStatus), terminal);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(StatusView, TheWayOfTheClientsIsASecondLamp) {
  const auto shown = render_status(boost::json::parse(R"({"at": "2026-01-31T08:00:00.000Z", "virtual_services": [
    {"label": "Printing", "real_servers": [
      {"label": "PS1", "state": "up", "server_check": {"state": "up"}, "path_check": {"state": "up"}},
      {"label": "PS2", "state": "down", "since": "2026-01-31T07:59:57.000Z", "reason": "VIP 10.0.0.10 is not configured",
       "server_check": {"state": "up", "since": "2026-01-31T07:55:00.000Z"},
       "path_check": {"state": "down", "since": "2026-01-31T07:59:57.000Z"}},
      {"label": "PS3", "state": "up", "server_check": {"state": "up"},
       "path_check": {"state": "unknown", "reason": "cannot be told"}}]}]})"),
                                   {.colour = false, .unicode = true, .width = 0});
  EXPECT_NE(shown.find("\u25b2\u25b2 up"), std::string::npos) << shown;
  EXPECT_NE(shown.find("\u25b2\u25bc down 3 s"), std::string::npos) << shown;
  EXPECT_NE(
      shown.find("    server \u25b2 up 5 min \u00b7 VIP path \u25bc down 3 s\n    VIP 10.0.0.10 is not configured\n"),
      std::string::npos)
      << shown;
  EXPECT_NE(shown.find("VIP path ? unknown: cannot be told"), std::string::npos) << shown;
}

TEST(StatusView, Wide) {
  EXPECT_EQ(rendered({.colour = false, .unicode = true, .width = 0}),
            R"(evenkeel 0.1.0 · revision 3 · connection table 1,234 of 1,048,572

SERVICE / REAL SERVER  ADDRESS      STATE            WEIGHT  ACTIVE  INACTIVE  TOTAL  PACKETS     BYTES
Print_Provider         10.77.0.100  ◆ degraded                  170        33  1,812   12.3 M    9.9 GB
  TCP 445 · direct routing · weighted least connections · eth0
  PS1                  10.77.0.21   ▲ up 2 min          100     170        33    912    1.2 M  987.7 MB
  PS2                  10.77.0.22   ● drained 5 min      50       0         3    900    9,999    1.2 kB
    by root, 5 min ago: new toner
  PS3                  10.77.0.23   ? unknown 1 s       100       0         0      0        0       0 B
    not checked yet
  PS4                  10.77.9.24   ✖ failed 1 s        100       0         0      0        0       0 B
    10.77.9.24 is not on a network of this machine: direct routing needs a real server on the same link

MobilityPrint          10.77.0.100  ▼ down                        0         0      0        0       0 B
  TCP/UDP 53,9163,9164 · direct routing · maglev · eth0
  fallback active: no real server takes new connections
  PS1                  10.77.0.21   ▼ down 1 h          100       0         0      0        0       0 B
    checked 2 s ago (12 ms): TCP connect to 10.77.0.21:9163: connection refused

! interface eth0: generic XDP: about half the speed, because the driver of this interface has no native mode

REASON            PACKETS  MEANING
no_real_server      1,700  a new connection while no real server takes any and there is no fallback
  MobilityPrint     1,650
  Print_Provider       50
)");
}

TEST(StatusView, EightyColumns) {
  EXPECT_EQ(rendered({.colour = false, .unicode = true, .width = 80}),
            R"(evenkeel 0.1.0 · revision 3 · connection table 1,234 of 1,048,572

SERVICE         ADDRESS      STATE            ACTIVE  INACT  PACKETS     BYTES
Print_Provider  10.77.0.100  ◆ degraded          170     33   12.3 M    9.9 GB
  TCP 445 · direct routing · weighted least connections · eth0
  PS1           10.77.0.21   ▲ up 2 min          170     33    1.2 M  987.7 MB
  PS2           10.77.0.22   ● drained 5 min       0      3    9,999    1.2 kB
    weight 50
    by root, 5 min ago: new toner
  PS3           10.77.0.23   ? unknown 1 s         0      0        0       0 B
    not checked yet
  PS4           10.77.9.24   ✖ failed 1 s          0      0        0       0 B
    10.77.9.24 is not on a network of this machine: direct routing needs a real
    server on the same link

MobilityPrint   10.77.0.100  ▼ down                0      0        0       0 B
  TCP/UDP 53,9163,9164 · direct routing · maglev · eth0
  fallback active: no real server takes new connections
  PS1           10.77.0.21   ▼ down 1 h            0      0        0       0 B
    checked 2 s ago (12 ms): TCP connect to 10.77.0.21:9163: connection refused

! interface eth0: generic XDP: about half the speed, because the driver of this
  interface has no native mode

REASON            PACKETS  MEANING
no_real_server      1,700  a new connection while no real server takes any and…
  MobilityPrint     1,650
  Print_Provider       50
)");
}

TEST(StatusView, NoLineIsEverWiderThanTheTerminal) {
  for (const bool unicode : {true, false}) {
    for (size_t width = 40; width <= 140; ++width) {
      for (const std::string& line : lines_of(rendered({.colour = false, .unicode = unicode, .width = width}))) {
        EXPECT_LE(columns(line), width) << line;
      }
    }
  }
}

TEST(StatusView, AsciiHoldsNothingElse) {
  const std::string text = rendered({.colour = false, .unicode = false, .width = 0});
  for (const char c : text) ASSERT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << text;
  for (const char* wanted : {"! degraded", "^ up 2 min", "o drained 5 min", "? unknown", "x failed", "v down 1 h",
                             "TCP 445, direct routing, weighted least connections, eth0"}) {
    EXPECT_NE(text.find(wanted), std::string::npos) << wanted << "\n" << text;
  }
}

TEST(StatusView, ColourAddsNothingButColour) {
  const std::string plain = rendered({.colour = false, .unicode = true, .width = 80});
  std::string coloured = rendered({.colour = true, .unicode = true, .width = 80});
  EXPECT_NE(coloured.find("\x1b[32m▲ up 2 min\x1b[0m"), std::string::npos);
  EXPECT_NE(coloured.find("\x1b[31m▼ down 1 h\x1b[0m"), std::string::npos);
  EXPECT_NE(coloured.find("\x1b[34m● drained 5 min\x1b[0m"), std::string::npos);
  EXPECT_NE(coloured.find("\x1b[33m? unknown 1 s\x1b[0m"), std::string::npos);
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
  for (size_t start = coloured.find('\x1b'); start != std::string::npos; start = coloured.find('\x1b')) {
    coloured.erase(start, coloured.find('m', start) + 1 - start);
  }
  EXPECT_EQ(coloured, plain);
}

TEST(StatusView, ShowsThePortOfARealServerThatHasItsOwn) {
  boost::json::value status = boost::json::parse(kStatus);
  auto& servers = status.at("virtual_services").at(0).at("real_servers").as_array();
  servers[0].as_object()["port"] = 8080;
  servers[1].as_object()["port"] = 8080;
  servers[1].as_object()["address"] = "2001:db8::22";
  servers[2].as_object()["port"] = 0;
  const std::string text = render_status(status, {.colour = false, .unicode = true, .width = 0});
  for (const char* shown : {" 10.77.0.21:8080 ", " [2001:db8::22]:8080 ", " 10.77.0.23 "}) {
    EXPECT_NE(text.find(shown), std::string::npos) << shown << "\n" << text;
  }
}

TEST(StatusView, NamesTheTierWhereThereAreSeveral) {
  boost::json::value status = boost::json::parse(kStatus);
  boost::json::value& service = status.at("virtual_services").at(0);
  service.as_object()["active_tier"] = 1;
  const auto shown = [&] { return render_status(status, {.colour = false, .unicode = true, .width = 0}); };
  EXPECT_EQ(shown().find("tier 1"), std::string::npos);
  auto& servers = service.at("real_servers").as_array();
  servers[0].as_object()["priority"] = 1;
  servers[1].as_object()["priority"] = 2;
  servers[1].as_object()["state"] = "standby";
  EXPECT_NE(shown().find("weighted least connections · tier 1 · eth0"), std::string::npos) << shown();
  EXPECT_NE(shown().find("● standby 5 min"), std::string::npos) << shown();
}

TEST(StatusView, ShowsWhatASlowStartLeavesOfTheWeight) {
  boost::json::value status = boost::json::parse(kStatus);
  auto& servers = status.at("virtual_services").at(0).at("real_servers").as_array();
  servers[0].as_object()["effective_weight"] = 30;
  servers[1].as_object()["effective_weight"] = 0;
  const std::string wide = render_status(status, {.colour = false, .unicode = true, .width = 0});
  EXPECT_NE(wide.find(" 30/100 "), std::string::npos) << wide;
  EXPECT_EQ(wide.find("0/50"), std::string::npos) << wide;
  const std::string narrow = render_status(status, {.colour = false, .unicode = true, .width = 80});
  EXPECT_NE(narrow.find("    weight 30/100\n"), std::string::npos) << narrow;
}

TEST(StatusView, SaysWhenADrainEnds) {
  boost::json::value status = boost::json::parse(kStatus);
  boost::json::value& server = status.at("virtual_services").at(0).at("real_servers").at(1);
  server.at("operator_action").as_object()["deadline"] = "2026-01-31T08:05:30.000Z";
  const auto shown = [&] { return render_status(status, {.colour = false, .unicode = true, .width = 0}); };
  EXPECT_NE(shown().find("new toner\n    3 connections left, halted in 5 min\n"), std::string::npos) << shown();
  server.at("counters").as_object()["inactive"] = 1;
  EXPECT_NE(shown().find("    1 connection left, halted in 5 min\n"), std::string::npos) << shown();
}

TEST(StatusView, NamesTheFallbackServer) {
  boost::json::value status = boost::json::parse(kStatus);
  auto& service = status.at("virtual_services").at(1).as_object();
  const auto shown = [&] { return render_status(status, {.colour = false, .unicode = true, .width = 0}); };
  service["fallback"] = boost::json::parse(R"({"mode": "server", "address": "10.77.0.50", "port": 8080})");
  EXPECT_NE(shown().find("  fallback 10.77.0.50:8080 active: no real server"), std::string::npos) << shown();
  service["fallback"] = boost::json::parse(R"({"mode": "local", "address": null, "port": 0})");
  EXPECT_NE(shown().find("  fallback active: no real server"), std::string::npos) << shown();
}

TEST(StatusView, SaysWhenItIsReadOnlyAndWhenThereIsNothing) {
  const std::string text =
      render_status(boost::json::parse(R"({"version": "0.1.0", "read_only": true, "revision": 0})"),
                    {.colour = false, .unicode = true, .width = 80});
  EXPECT_EQ(text, R"(evenkeel 0.1.0 · nothing configured yet · connection table 0 of 0

There is no virtual service. To add one: evenkeel virtual-service add --help

! READ-ONLY: the stored configuration is damaged. Traffic goes on; changes are
  refused.

)");
}

TEST(StatusView, SurvivesAnAnswerThatIsNoStatus) {
  for (const char* odd : {"null", "[]", "{}", "7", R"({"virtual_services": 7, "reasons": {}, "notices": [7]})",
                          R"({"virtual_services": [7, {"real_servers": [null]}], "connection_table": []})"}) {
    EXPECT_FALSE(render_status(boost::json::parse(odd), {}).empty()) << odd;
  }
}

TEST(StatusView, TextFromTheServerCannotControlTheTerminal) {
  std::string hostile = kStatus;
  const std::string escape = "\\u001b]0;owned\\u0007";  // as JSON
  for (const char* text : {"new toner", "not checked yet", "eth0\"", "a new connection", "generic XDP"}) {
    hostile.insert(hostile.find(text), escape);
  }
  const std::string text = render_status(boost::json::parse(hostile), {.colour = false, .unicode = true, .width = 0});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
  EXPECT_NE(text.find("\\x1b]0;owned\\x07new toner"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::cli
