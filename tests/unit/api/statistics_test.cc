#include "api_fixture.h"

namespace evenkeel::api {
namespace {

TEST_F(ApiTest, TheSystemIsTheMachine) {
  const auto reply = ask("GET", "/api/v1/system");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.value().at("load").as_array().size(), 3U);
  EXPECT_GT(reply.value().at("memory").at("total").to_number<uint64_t>(), 0U);
  EXPECT_GT(reply.value().at("memory").at("available").to_number<uint64_t>(), 0U);
  EXPECT_GT(reply.value().at("uptime_seconds").to_number<uint64_t>(), 0U);
}

TEST_F(ApiTest, StatisticsArePointsWithNullForGaps) {
  control_.past = {.step = 10, .points = {{1000, 2.5}, {1010, std::nullopt}}};
  const auto reply =
      ask("GET", "/api/v1/statistics?object=real_server/Print_Provider/PS1&metric=bytes_in&from=1000&to=1015");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.value(), json::parse(R"({"object": "real_server/Print_Provider/PS1", "metric": "bytes_in",
      "unit": "bytes/s", "step": 10, "points": [[1000, 2.5], [1010, null]]})"));
  EXPECT_EQ(control_.last_statistics.object, "real_server/Print_Provider/PS1");
  EXPECT_EQ(control_.last_statistics.metric, statistics::Metric::kBytesIn);
  EXPECT_EQ(control_.last_statistics.from, 1000);
  EXPECT_EQ(control_.last_statistics.to, 1015);
}

TEST_F(ApiTest, StatisticsAreOfTheLastHourUnlessItIsSaid) {
  clock_.advance(std::chrono::seconds(100'000));
  ASSERT_EQ(ask("GET", "/api/v1/statistics?object=system&metric=load").status, 200);
  EXPECT_EQ(control_.last_statistics.from, 96'400);
  EXPECT_EQ(control_.last_statistics.to, 100'000);
}

TEST_F(ApiTest, StatisticsSayWhatIsWrongWithTheQuestion) {
  for (const char* query : {"metric=active", "object=system", "object=Print_Provider&metric=active",
                            "object=virtual_service/Print_Provider&metric=load", "object=system&metric=pressure",
                            "object=system&metric=load&from=5&to=4", "object=system&metric=load&from=soon"}) {
    const auto reply = ask("GET", std::string("/api/v1/statistics?") + query);
    EXPECT_EQ(reply.status, 400) << query << reply.body;
  }
  EXPECT_EQ(ask("GET", "/api/v1/statistics?object=virtual_service/unknown&metric=active").status, 404);
}

}  // namespace
}  // namespace evenkeel::api
