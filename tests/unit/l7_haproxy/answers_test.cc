#include "engines/l7_haproxy/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engines/l7_haproxy/process.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// As HAProxy 2.6 wrote them.
TEST(Answers, Processes) {
  const auto processes = parse_processes(
      "#<PID>          <type>          <reloads>       <uptime>        <version>      \n"
      "5879            master          2 [failed: 1]   0d00h00m04s     2.6.12-1+deb12u4\n"
      "# workers\n"
      "5895            worker          0               0d00h00m01s     2.6.12-1+deb12u4\n"
      "# old workers\n"
      "5881            worker          1               0d00h00m04s     2.6.12-1+deb12u4\n"
      "# programs\n\n");
  EXPECT_EQ(processes.master, 5879);
  EXPECT_EQ(processes.failed_reloads, 1);
  EXPECT_THAT(processes.workers, ElementsAre(5895));
  EXPECT_THAT(processes.old_workers, ElementsAre(5881));
}

TEST(Answers, AfterAFailedReloadTheOldWorkerServes) {
  const auto processes = parse_processes(
      "5879            master          1 [failed: 1]   0d00h00m04s     2.6.12\n"
      "5881            worker          1               0d00h00m04s     2.6.12\n");
  EXPECT_THAT(processes.workers, ElementsAre(5881));
  EXPECT_THAT(processes.old_workers, IsEmpty());
}

TEST(Answers, Description) {
  EXPECT_EQ(parse_description("Name: HAProxy\nnode: vm\ndescription: evenkeel-01\nStopping: 0\n"), "evenkeel-01");
  EXPECT_EQ(parse_description("Name: HAProxy\n"), "");
  EXPECT_EQ(parse_process("Name: HAProxy\nPid: 4711\nUptime: 0d\n"), 4711);
  EXPECT_EQ(parse_process("Name: HAProxy\n"), 0);
}

TEST(Answers, Statistics) {
  const auto report = parse_statistics(
      "# pxname,svname,qcur,scur,stot,bin,bout,econ,type,rate,hrsp_5xx,req_rate,\n"
      "W,FRONTEND,,3,40,500,6000,,0,7,,9,\n"
      "W,PS1,1,2,30,400,5000,4,2,5,6,,\n"
      "W,BACKEND,1,2,30,400,5000,4,1,5,6,,\n"
      "nonsense\n");
  const auto& service = report.virtual_services.at("W");
  EXPECT_EQ(service.connections, 3U);
  EXPECT_EQ(service.total, 40U);
  EXPECT_EQ(service.queued, 1U);
  EXPECT_EQ(service.rate, 7U);
  EXPECT_EQ(service.request_rate, 9U);
  EXPECT_EQ(service.server_errors, 6U);
  const auto& server = report.real_servers.at({"W", "PS1"});
  EXPECT_EQ(server.connections, 2U);
  EXPECT_EQ(server.bytes_out, 5000U);
  EXPECT_EQ(server.connect_errors, 4U);
  EXPECT_EQ(report.real_servers.size(), 1U);
}

TEST(Answers, SessionsOfAServer) {
  const std::string answer =
      "0x55d0a8: proto=tcpv4 src=10.77.0.10:40000 fe=Web be=Web srv=RS1 ts=00 epoch=0 age=1s calls=3\n"
      "0x55d0b8: proto=tcpv4 src=10.77.0.10:40001 fe=Web be=Web srv=RS2 ts=00 epoch=0 age=1s calls=3\n"
      "0x55d0c8: proto=sockpair src= fe=GLOBAL be=<NONE> srv=<none> ts=00 age=0s calls=1\n";
  EXPECT_THAT(parse_sessions(answer, {"Web/RS1", "Other/RS2"}), ElementsAre("0x55d0a8"));
}

TEST(Answers, NewsIsNoObjection) {
  EXPECT_EQ(objection("\n"), std::nullopt);
  EXPECT_EQ(objection("New server registered.\n\n"), std::nullopt);
  EXPECT_EQ(objection("IP changed from '127.0.0.1' to '127.0.0.3' by 'stats socket command'\n\n"), std::nullopt);
  EXPECT_EQ(objection("No such server.\n\n"), "No such server.");
}

TEST(Complaints, AreTheAlertsWithoutWhatStandsBeforeThem) {
  EXPECT_EQ(
      complaints("[NOTICE]   (9) : Reloading HAProxy\n"
                 "[ALERT]    (9) : Binding [x.cfg:32] for proxy W: cannot bind socket (Address already in use)\n"),
      "Binding [x.cfg:32] for proxy W: cannot bind socket (Address already in use)");
  EXPECT_EQ(complaints(""), "it says nothing");
}

}  // namespace
}  // namespace evenkeel::engines::l7_haproxy
