// The programs that do an engine's work.

#include "api_fixture.h"

namespace evenkeel::api {
namespace {

observed::EngineStatus haproxy() {
  return {.name = "haproxy",
          .is_wanted = true,
          .is_running = true,
          .since = WallTime(std::chrono::seconds(1'800'000'000)),
          .version = "2.6.12",
          .pid = 4711,
          .restarts = 2,
          .last_error = "refused: token=sesame",
          .last_error_at = WallTime(std::chrono::seconds(1'800'000'001))};
}

TEST_F(ApiTest, EnginesAreListedWithWhatTheyAre) {
  observed::EngineStatus unused;
  unused.name = "nginx-web";
  control_.engine_statuses = {haproxy(), unused};
  const auto engines = ask("GET", "/api/v1/engines").value();
  ASSERT_EQ(engines.as_array().size(), 2U);
  const auto& first = engines.at(0);
  EXPECT_EQ(first.at("name"), "haproxy");
  EXPECT_EQ(first.at("running"), true);
  EXPECT_EQ(first.at("since"), "2027-01-15T08:00:00.000Z");
  EXPECT_EQ(first.at("version"), "2.6.12");
  EXPECT_EQ(first.at("pid"), 4711);
  EXPECT_EQ(first.at("restarts"), 2);
  EXPECT_EQ(first.at("last_error").at("message"), "refused: token=****");
  const auto& second = engines.at(1);
  EXPECT_EQ(second.at("wanted"), false);
  EXPECT_TRUE(second.at("since").is_null());
  EXPECT_TRUE(second.at("pid").is_null());
  EXPECT_TRUE(second.at("last_error").is_null());
}

TEST_F(ApiTest, AnEnginesFileIsPlainText) {
  const auto reply = ask("GET", "/api/v1/engines/haproxy/configuration");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(reply.body, "global\n    user haproxy\n");
  EXPECT_EQ(ask("GET", "/api/v1/engines/apache/configuration").status, 404);
}

TEST_F(ApiTest, AnEngineReadsItsFileAgain) {
  control_.engine_statuses = {haproxy()};
  const auto reply = ask("POST", "/api/v1/engines/haproxy/restart").value();
  EXPECT_TRUE(reply.at("sentence").as_string().starts_with("haproxy was reloaded by "));
  EXPECT_EQ(reply.at("engine").at("pid"), 4711);
  EXPECT_EQ(ask("POST", "/api/v1/engines/nginx-web/restart").status, 409);
}

}  // namespace
}  // namespace evenkeel::api
