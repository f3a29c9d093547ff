// What programs say of themselves.

#include "api_fixture.h"

namespace evenkeel::api {
namespace {

class LogsTest : public ApiTest {
 protected:
  void say(std::string text, observed::LogLevel level = observed::LogLevel::kInfo) {
    control_.own_log.add({WallTime{}, level, std::move(text)});
  }
};

TEST_F(LogsTest, AreListedWithTheirTitles) {
  EXPECT_EQ(ask("GET", "/api/v1/logs").value(), json::parse(R"([{"name": "evenkeeld", "title": "evenkeeld itself"}])"));
}

TEST_F(LogsTest, TheNewestLinesComeLastWithoutSecrets) {
  say("first");
  say("token=sesame", observed::LogLevel::kError);
  EXPECT_EQ(ask("GET", "/api/v1/logs/evenkeeld").value(), json::parse(R"({"name": "evenkeeld", "more": false, "lines": [
      {"time": "1970-01-01T00:00:00.000Z", "level": "info", "text": "first"},
      {"time": "1970-01-01T00:00:00.000Z", "level": "error", "text": "token=****"}]})"));
  const auto one = ask("GET", "/api/v1/logs/evenkeeld?limit=1").value();
  EXPECT_EQ(one.at("more"), true);
  EXPECT_EQ(one.at("lines").at(0).at("text"), "token=****");
  EXPECT_EQ(ask("GET", "/api/v1/logs/evenkeeld?contains=FIRST").value().at("lines").as_array().size(), 1U);
}

TEST_F(LogsTest, OfManyLinesTwoHundredCome) {
  for (int i = 0; i < 300; ++i) say(std::to_string(i));
  EXPECT_EQ(ask("GET", "/api/v1/logs/evenkeeld").value().at("lines").as_array().size(), 200U);
  EXPECT_EQ(ask("GET", "/api/v1/logs/evenkeeld?limit=1000").value().at("lines").as_array().size(), 300U);
}

TEST_F(LogsTest, WhatDoesNotExistIsSaid) {
  const auto reply = ask("GET", "/api/v1/logs/kernel");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.message(), "there is no log kernel: there are evenkeeld");
  for (const char* bad : {"limit=0", "limit=1001", "limit=x", "since=1"}) {
    EXPECT_EQ(ask("GET", std::string("/api/v1/logs/evenkeeld?") + bad).status, 400) << bad;
  }
  EXPECT_EQ(ask("GET", "/api/v1/logs/kernel/stream").status, 404);
}

TEST_F(LogsTest, TheStreamHasWhatComes) {
  say("from before");
  Client client = connect();
  client.send(http("GET", "/api/v1/logs/evenkeeld/stream?contains=new"));
  ASSERT_TRUE(client.wait_for(": the log"));
  say("old");
  say("new");
  ASSERT_TRUE(client.wait_for(R"(data: {"time":"1970-01-01T00:00:00.000Z","level":"info","text":"new"})"));
  EXPECT_EQ(client.received().find("from before"), std::string::npos);
  EXPECT_EQ(client.received().find("old"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::api
