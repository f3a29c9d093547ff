#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ranges>

#include "engines/l7_haproxy/reload_reason.h"
#include "engines/l7_haproxy/session_parser.h"
#include "engines/l7_haproxy/table_parser.h"
#include "engines/l7_haproxy/totals.h"
#include "engines/l7_haproxy/words.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

using std::chrono::seconds;

TEST(Words, Durations) {
  EXPECT_EQ(to_seconds("41s"), seconds(41));
  EXPECT_EQ(to_seconds("2m30s"), seconds(150));
  EXPECT_EQ(to_seconds("0d01h02m03s"), seconds(3723));
  EXPECT_EQ(to_seconds("<NEVER>"), seconds(0));
  EXPECT_EQ(to_seconds("-5s"), seconds(0));
  EXPECT_EQ(to_seconds("12"), seconds(0));
}

TEST(Words, Places) {
  EXPECT_EQ(to_endpoint("10.77.0.10:80")->to_string(), "10.77.0.10:80");
  EXPECT_EQ(to_endpoint("2001:db8::1:443")->to_string(), "[2001:db8::1]:443");
  EXPECT_FALSE(to_endpoint("unix:1"));
  EXPECT_FALSE(to_endpoint(""));
}

// As HAProxy 2.6 wrote it, shortened.
constexpr std::string_view kSessions =
    "0x7f709003a870: [26/Nov/2026:07:13:00.163111] id=2 proto=tcpv4 source=10.77.0.10:60004\n"
    "  flags=0x4b, conn_retries=0, conn_exp=<NEVER> conn_et=0x000 srv_conn=0x5653d1db46f0, pend_pos=(nil) epoch=0\n"
    "  frontend=Tcp (id=3 mode=tcp), listener=? (id=1) addr=10.77.0.110:80\n"
    "  backend=Tcp (id=3 mode=tcp) addr=10.77.0.2:59240\n"
    "  server=RS1 (id=1) addr=10.77.0.21:8080\n"
    "  task=0x7f709003ac60 (state=0x00 nice=0 calls=3 rate=1 exp=41s tmask=0x2 age=1m5s)\n"
    "  scf=0x7f709003a800 flags=0x00000000 state=EST endp=CONN,0x7f709003a710,0x028c0001 sub=1\n"
    "  scb=0x7f709003ad80 flags=0x00000001 state=EST endp=CONN,0x7f7090043170,0x028c0001 sub=1\n"
    "  req=0x7f709003a890 (f=0x848000 an=0x0 pipe=0 tofwd=-1 total=83)\n"
    "  res=0x7f709003a8f0 (f=0x80008000 an=0x0 pipe=0 tofwd=-1 total=1000)\n"
    "0x7f70900449e0: [26/Nov/2026:07:13:01.478155] id=5 proto=unix_stream source=unix:1\n"
    "  frontend=GLOBAL (id=0 mode=tcp), listener=? (id=1) addr=unix:1\n"
    "0x7f7090043590: [26/Nov/2026:07:13:00.166457] id=3 proto=tcpv4 source=10.77.0.11:56444\n"
    "  frontend=Web (id=2 mode=http), listener=? (id=1) addr=10.77.0.110:81\n"
    "  server=<none> (id=-1)\n"
    "  scb=0x7f709003ad80 flags=0x00000001 state=QUE endp=APPCTX\n";

TEST(SessionParser, TellsWhoIsConnectedToWhom) {
  SessionParser parser;
  std::vector<observed::Connection> found;
  for (const auto line : std::views::split(kSessions, '\n')) {
    if (auto session = parser.feed(std::string_view(line))) found.push_back(*session);
  }
  if (auto session = parser.finish()) found.push_back(*session);
  ASSERT_EQ(found.size(), 2U) << "HAProxy's own session is no client's";
  EXPECT_EQ(found[0].layer, 7);
  EXPECT_EQ(found[0].source.to_string(), "10.77.0.10:60004");
  EXPECT_EQ(found[0].virtual_endpoint.to_string(), "10.77.0.110:80");
  EXPECT_EQ(found[0].source_address->to_string(), "10.77.0.2:59240");
  EXPECT_EQ(found[0].destination.to_string(), "10.77.0.21:8080");
  EXPECT_EQ(found[0].virtual_service, "Tcp");
  EXPECT_EQ(found[0].real_server, "RS1");
  EXPECT_EQ(found[0].state, "ESTABLISHED");
  EXPECT_EQ(found[0].age, seconds(65));
  EXPECT_EQ(found[0].expire, seconds(41));
  EXPECT_EQ(found[0].bytes_in, 83U);
  EXPECT_EQ(found[0].bytes_out, 1000U);
  EXPECT_EQ(found[1].state, "QUEUED");
  EXPECT_EQ(found[1].real_server, "");
}

TEST(TableParser, Headings) {
  const auto heading = parse_table_heading("# table: Web, type: ip, size:102400, used:2");
  ASSERT_TRUE(heading);
  EXPECT_EQ(heading->name, "Web");
  EXPECT_TRUE(heading->has_addresses);
  EXPECT_EQ(heading->used, 2U);
  EXPECT_FALSE(parse_table_heading("# table: Web, type: string, size:102400, used:2")->has_addresses);
  EXPECT_FALSE(parse_table_heading(""));
}

TEST(TableParser, Entries) {
  const auto entry = parse_table_entry("0x5653d1f9d060: key=10.77.0.10 use=0 exp=1798375 server_id=1 server_key=RS1");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->key, "10.77.0.10");
  EXPECT_EQ(entry->server, "RS1");
  EXPECT_EQ(entry->expire, seconds(1798));
  EXPECT_EQ(parse_table_entry("0x1: key=a use=9 b use=0 exp=1 server_id=1 server_key=RS1")->key, "a use=9 b");
  EXPECT_FALSE(parse_table_entry("0x1: use=0 key=a"));
  EXPECT_FALSE(parse_table_entry("# table: Web"));
}

observed::Layer7Report counted(uint64_t total, uint32_t now) {
  observed::Layer7Report report;
  report.virtual_services["Web"] = {.connections = now, .total = total, .bytes_in = 10 * total};
  return report;
}

TEST(Totals, AreThoseOfAllWorkersAlsoOfThoseThatHaveEnded) {
  Totals totals;
  EXPECT_EQ(totals.add({{1, counted(5, 2)}}, 1).virtual_services["Web"].total, 5U);
  const auto both = totals.add({{1, counted(6, 1)}, {2, counted(3, 1)}}, 2).virtual_services["Web"];
  EXPECT_EQ(both.total, 9U);
  EXPECT_EQ(both.connections, 2U);
  const auto later = totals.add({{2, counted(4, 1)}}, 2).virtual_services["Web"];
  EXPECT_EQ(later.total, 10U);
  EXPECT_EQ(later.connections, 1U);
  EXPECT_EQ(later.bytes_in, 100U);
}

TEST(Totals, ForgetWhatTheServingWorkerHasNotAnyMore) {
  Totals totals;
  totals.add({{1, counted(5, 0)}}, 1);
  EXPECT_TRUE(totals.add({{2, {}}}, 2).virtual_services.empty());
  EXPECT_EQ(totals.add({{3, counted(1, 0)}}, 3).virtual_services["Web"].total, 1U);
}

desired::Layer7 one(const std::string& label) {
  desired::Layer7 layer7;
  auto& service = layer7.services.emplace_back();
  service.configuration.label = label;
  service.configuration.address = IpAddress::parse("10.77.0.110").value();
  return layer7;
}

TEST(ReloadReason, NamesTheVirtualServiceAndItsFields) {
  const auto before = one("Web");
  auto after = before;
  after.services[0].configuration.client_timeout = seconds(99);
  after.services[0].configuration.maximum_connections = 7;  // the runtime API's
  EXPECT_EQ(reload_reason(before, after), "virtual service Web: client_timeout");
  EXPECT_EQ(reload_reason(before, one("Other")), "virtual service Other is new; virtual service Web goes");
  auto limited = before;
  limited.settings.old_worker_limit = seconds(60);
  EXPECT_EQ(reload_reason(before, limited), "old_worker_limit");
}

TEST(ReloadReason, IsShort) {
  desired::Layer7 many;
  for (const char* label : {"a", "b", "c", "d", "e"}) many.services.push_back(one(label).services[0]);
  EXPECT_EQ(reload_reason({}, many), "virtual service a is new; virtual service b is new; and 3 more");
}

}  // namespace
}  // namespace evenkeel::engines::l7_haproxy
