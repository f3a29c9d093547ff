#include "cli/layer7_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/text.h"

namespace evenkeel::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kStatus = R"({
 "at": "2026-01-31T08:00:00.000Z",
 "layer7": {"old_workers": 2, "services": [
  {"label": "Papercut_WUI", "address": "10.77.0.101", "ports": "9191,9192", "mode": "tcp",
   "scheduler": "weighted_least_connections", "state": "degraded", "fallback_active": false,
   "reason": "1 of 2 real servers take connections", "interface": "eth0",
   "traffic": {"connections": 3, "queued": 1, "total": 1812, "rate": 7, "bytes_in": 1234567, "bytes_out": 9876543},
   "real_servers": [
    {"label": "App_Svr1", "address": "10.77.0.31", "port": 0, "state": "up", "since": "2026-01-31T07:58:00.000Z",
     "reason": "fine", "weight": 100, "traffic": {"connections": 3, "total": 1812, "rate": 7}},
    {"label": "App_Svr2", "address": "10.77.0.32", "port": 8080, "state": "down", "since": "2026-01-31T07:59:00.000Z",
     "reason": "connection refused", "weight": 100, "traffic": {}}]}]}})";

std::string rendered(size_t width) {
  Terminal terminal;
  terminal.width = width;
  return render_layer7(boost::json::parse(kStatus), terminal);
}

TEST(Layer7View, Wide) {
  EXPECT_EQ(rendered(0),
            "LAYER 7 / REAL SERVER  ADDRESS          STATE         WEIGHT  NOW  QUEUED  TOTAL  PER S      IN     OUT\n"
            "Papercut_WUI           10.77.0.101      ◆ degraded              3       1  1,812      7  1.2 MB  9.9 MB\n"
            "  layer 7 tcp 9191,9192 · weighted least connections · eth0\n"
            "  1 of 2 real servers take connections\n"
            "  App_Svr1             10.77.0.31       ▲ up 2 min       100    3       0  1,812      7     0 B     0 B\n"
            "  App_Svr2             10.77.0.32:8080  ▼ down 1 min     100    0       0      0      0     0 B     0 B\n"
            "    connection refused\n"
            "\n"
            "2 old HAProxy workers still have connections from before a reload.\n"
            "\n");
}

TEST(Layer7View, NoLineIsWiderThanTheTerminal) {
  for (const size_t width : {60U, 80U, 100U}) {
    std::istringstream lines(rendered(width));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(columns(line), width) << line;
  }
  EXPECT_THAT(rendered(80), Not(HasSubstr("OUT")));
}

TEST(Layer7View, WithoutLayer7ThereIsNothing) {
  EXPECT_EQ(render_layer7(boost::json::parse(R"({"layer7": {"old_workers": 0, "services": []}})"), {}), "");
}

}  // namespace
}  // namespace evenkeel::cli
