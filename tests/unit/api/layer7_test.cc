// What layer 7 reports: in the lists of layer 4, its workers, and HAProxy's log.

#include "api_fixture.h"

namespace evenkeel::api {
namespace {

class Layer7Test : public ApiTest {
 protected:
  Layer7Test() {
    control_.log_lines = {
        {.id = 3, .virtual_service = "Web", .status = 503, .request = "GET /a?token=**** HTTP/1.1", .line = "a"},
        {.id = 4, .line = "Proxy Web started."}};
  }
};

TEST_F(Layer7Test, TheWorkersAndTheirLimit) {
  control_.shown.proxy_workers = {{.pid = 7, .age = std::chrono::seconds(5), .is_old = true, .connections = 2}};
  const json::value answer = ask("GET", "/api/v1/layer7/workers").value();
  EXPECT_EQ(answer.at("old_worker_limit"), 86400);
  EXPECT_EQ(answer.at("workers"), json::parse(R"([{"pid": 7, "age": 5, "old": true, "connections": 2}])"));
}

TEST_F(Layer7Test, TheLogSaysWhatIsKnownOfEachLine) {
  const json::value answer = ask("GET", "/api/v1/logs/haproxy").value();
  EXPECT_EQ(answer.at("last_id"), 4);
  EXPECT_EQ(answer.at("lines").at(0).at("status"), 503);
  EXPECT_EQ(answer.at("lines").at(0).at("request"), "GET /a?token=**** HTTP/1.1");
  EXPECT_TRUE(answer.at("lines").at(1).at("client").is_null());
  EXPECT_TRUE(answer.at("lines").at(1).at("status").is_null());
}

TEST_F(Layer7Test, TheLogIsNarrowed) {
  EXPECT_EQ(ask("GET", "/api/v1/logs/haproxy?virtual_service=Web&real_server=RS1&status=5xx&client=10.0.0.0/8").status,
            200);
  EXPECT_EQ(control_.last_log_filter.virtual_service, "Web");
  EXPECT_EQ(control_.last_log_filter.real_server, "RS1");
  EXPECT_EQ(control_.last_log_filter.status_from, 500);
  EXPECT_EQ(control_.last_log_filter.status_to, 599);
  EXPECT_EQ(ask("GET", "/api/v1/logs/haproxy?status=404").status, 200);
  EXPECT_EQ(control_.last_log_filter.status_from, 404);
  EXPECT_EQ(control_.last_log_filter.status_to, 404);
  for (const char* bad : {"status=6xx", "status=xx", "status=0xx", "status=99", "client=x", "limit=0", "limit=5001"}) {
    EXPECT_EQ(ask("GET", std::string("/api/v1/logs/haproxy?") + bad).status, 400) << bad;
  }
}

TEST_F(Layer7Test, TheLogGoesOnAfterTheLastEventThatWasHeard) {
  Client client = connect();
  client.send(http("GET", "/api/v1/logs/haproxy/live", "", "Last-Event-ID: 3\r\n"));
  ASSERT_TRUE(client.wait_for("Proxy Web started."));
  EXPECT_EQ(client.received().find("token="), std::string::npos);
  EXPECT_NE(client.received().find("id: 4\nevent: line\n"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::api
