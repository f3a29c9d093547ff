#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "api/event_stream.h"
#include "api_fixture.h"

namespace evenkeel::api {
namespace {

using observed::EventKind;

TEST_F(ApiTest, EventsArriveAsTheyHappen) {
  Client client = connect();
  client.send(http("GET", "/api/v1/events"));
  ASSERT_TRUE(client.wait_for(": evenkeel events\n\n"));
  EXPECT_NE(client.received().find("Content-Type: text/event-stream"), std::string::npos);
  control_.log.append(EventKind::kRealServerDown, "virtual_service/A/real_server/B", "GET /?key=KEY-1 gave 500");
  ASSERT_TRUE(client.wait_for("\n\nid: 1\nevent: real_server_down\ndata: {"));
  ASSERT_TRUE(client.wait_for("\"object\":\"virtual_service/A/real_server/B\""));
  EXPECT_EQ(client.received().find("KEY-1"), std::string::npos);
}

TEST_F(ApiTest, LastEventIdResumes) {
  for (int i = 1; i <= 5; ++i) control_.log.append(EventKind::kStarted, "", "event " + std::to_string(i));
  Client client = connect();
  client.send(http("GET", "/api/v1/events", "", "Last-Event-ID: 3\r\n"));
  ASSERT_TRUE(client.wait_for("event 5"));
  EXPECT_NE(client.received().find("event 4"), std::string::npos);
  EXPECT_EQ(client.received().find("event 3"), std::string::npos);
  EXPECT_EQ(client.received().find("event: lost"), std::string::npos);
}

TEST_F(ApiTest, AGapAfterLastEventIdIsTold) {
  for (int i = 1; i <= 1100; ++i) control_.log.append(EventKind::kStarted, "", "x");
  Client client = connect();
  client.send(http("GET", "/api/v1/events", "", "Last-Event-ID: 3\r\n"));
  ASSERT_TRUE(client.wait_for("id: 1100\n"));
  const size_t lost = client.received().find("event: lost");
  ASSERT_NE(lost, std::string::npos);
  EXPECT_LT(lost, client.received().find("id: 101\n"));
}

TEST_F(ApiTest, AnIdFromBeforeARestartGetsAllThatIsRemembered) {
  control_.log.append(EventKind::kStarted, "", "fresh start");
  Client client = connect();
  client.send(http("GET", "/api/v1/events", "", "Last-Event-ID: 900\r\n"));
  ASSERT_TRUE(client.wait_for("fresh start"));
  EXPECT_NE(client.received().find("event: lost"), std::string::npos);
}

TEST_F(ApiTest, ABadLastEventIdIsRefused) {
  EXPECT_EQ(ask("GET", "/api/v1/events", "", "Last-Event-ID: x\r\n").status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/events", "", "Last-Event-ID: -1\r\n").status, 400);
}

TEST_F(ApiTest, ASilentStreamIsKeptAlive) {
  event_limits_.keep_alive = std::chrono::milliseconds(20);
  Client client = connect();
  client.send(http("GET", "/api/v1/events"));
  EXPECT_TRUE(client.wait_for(": keep-alive\n\n"));
}

TEST_F(ApiTest, AStreamEndsWithItsClient) {
  {
    Client client = connect();
    client.send(http("GET", "/api/v1/events"));
    ASSERT_TRUE(client.wait_for(": evenkeel events"));
    EXPECT_EQ(server_->connections(), 1u);
  }
  Client other = connect();
  EXPECT_TRUE(other.run_until([this] { return server_->connections() == 1; }));
}

TEST_F(ApiTest, ASlowClientIsToldAndDisconnected) {
  event_limits_.queued_events = 10;
  options_.write_timeout = std::chrono::seconds(10);
  Client client = connect();
  client.send(http("GET", "/api/v1/events"));
  ASSERT_TRUE(client.wait_for(": evenkeel events"));
  // Without letting the server run: nothing is written meanwhile.
  for (int i = 0; i < 50; ++i) control_.log.append(EventKind::kStarted, "", "x");
  ASSERT_TRUE(client.wait_for("event: lost\ndata: {\"message\":\"the client reads too slowly"));
  EXPECT_TRUE(client.wait_until_closed());
}

TEST_F(ApiTest, AClientThatReadsNothingIsDisconnected) {
  options_.write_timeout = std::chrono::milliseconds(50);
  Client silent = connect();
  silent.send(http("GET", "/api/v1/events"));
  Client other = connect();
  ASSERT_TRUE(other.run_until([this] { return server_->connections() == 2; }));
  const std::string large(4000, 'x');
  ASSERT_TRUE(other.run_until([&] {
    control_.log.append(EventKind::kStarted, "", large);
    return server_->connections() == 1;
  }));
}

TEST_F(ApiTest, TwoHundredStreamsAllHearAnEvent) {
  start();
  std::vector<Client> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(connect());
  for (Client& client : clients) client.send(http("GET", "/api/v1/events"));
  for (Client& client : clients) ASSERT_TRUE(client.wait_for(": evenkeel events"));
  control_.log.append(EventKind::kStarted, "", "heard by all");
  for (Client& client : clients) ASSERT_TRUE(client.wait_for("heard by all"));
}

TEST(EventStream, AnOverflowingQueueKeepsNothingButTheNotice) {
  boost::asio::io_context io;
  EventStream::Limits limits;
  limits.queued_bytes = 4096;
  EventStream stream(io.get_executor(), limits, std::nullopt);
  for (uint64_t id = 1; id < 10'000; ++id) stream.push({id, {}, EventKind::kStarted, "", std::string(100, 'x')});
  std::vector<std::string> parts;
  boost::asio::co_spawn(
      io,
      [&]() -> boost::asio::awaitable<void> {
        while (parts.size() < 5) parts.push_back(co_await stream.next());
      },
      boost::asio::detached);
  io.run();
  EXPECT_LT(parts[0].size(), 200u);
  EXPECT_TRUE(parts[0].starts_with("event: lost")) << parts[0];
  EXPECT_EQ(parts[1], "");
}

}  // namespace
}  // namespace evenkeel::api
