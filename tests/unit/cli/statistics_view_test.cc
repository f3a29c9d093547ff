#include "cli/statistics_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "tests/unit/cli/fake_world.h"

namespace evenkeel::cli {
namespace {

namespace json = boost::json;

constexpr Terminal kPlain{.colour = false, .unicode = true, .width = 0};
constexpr Terminal kAscii{.colour = false, .unicode = false, .width = 0};

json::array points(std::initializer_list<json::value> values) {
  json::array all;
  int64_t at = 1'700'000'000;
  for (const json::value& value : values) all.push_back(json::array{std::exchange(at, at + 10), value});
  return all;
}

TEST(StatisticsView, ASparkLineIsAsHighAsItsShareOfTheMost) {
  EXPECT_EQ(spark_line(points({0, 50.0, 100, nullptr, 25}), 40, kPlain), "▁▅█ ▃");
  EXPECT_EQ(spark_line(points({0, 50.0, 100, nullptr, 25}), 40, kAscii), "_=# :");
  EXPECT_EQ(spark_line(points({0, 0}), 40, kPlain), "▁▁");
  EXPECT_EQ(spark_line({}, 40, kPlain), "");
}

TEST(StatisticsView, NeighboursShareACharacterWhereThereAreMany) {
  EXPECT_EQ(spark_line(points({0, 0, 100, 100, nullptr, nullptr, 50}), 4, kPlain), "▁█ ▅");
}

TEST(StatisticsView, OneLineForEachMetric) {
  setenv("TZ", "UTC", 1);
  const json::value answer{{"object", "real_server/VS/PS1"},
                           {"metric", "bytes_in"},
                           {"unit", "bytes/s"},
                           {"step", 10},
                           {"points", points({0, 2'000'000, nullptr})}};
  EXPECT_EQ(render_statistics({answer}, kPlain),
            "real server PS1 of VS, 2023-11-14 22:13:20 to 2023-11-14 22:13:40, in steps of 10 s\n"
            "METRIC        LAST   AVERAGE      MOST  OVER TIME\n"
            "bytes in  2.0 MB/s  1.0 MB/s  2.0 MB/s  ▁█ \n");
}

TEST(StatisticsView, OneMetricStepByStep) {
  setenv("TZ", "UTC", 1);
  const json::value answer{{"object", "system"},
                           {"metric", "load"},
                           {"unit", "processes"},
                           {"step", 10},
                           {"points", points({0.5, nullptr})}};
  const std::string text = render_metric(answer, kPlain);
  EXPECT_THAT(text, testing::HasSubstr("2023-11-14 22:13:20   0.5  ██████████████████████████████\n"));
  EXPECT_THAT(text, testing::HasSubstr("2023-11-14 22:13:30     -"));
}

TEST(StatisticsCommand, AsksForEveryMetricOfTheObject) {
  FakeWorld fake;
  fake.clock.advance(std::chrono::hours(1000));
  for (int i = 0; i < 4; ++i) fake.answer(R"({"object": "real_server/VS/PS1", "points": []})");
  EXPECT_EQ(fake.run({"statistics", "VS", "PS1", "--since", "24h"}), ExitCode::kOk) << fake.error.str();
  ASSERT_EQ(fake.script.requests.size(), 4U);
  EXPECT_EQ(fake.script.requests[1].target,
            "/api/v1/statistics?object=real_server%2FVS%2FPS1&metric=bytes_out&from=3513600&to=3600000");
}

TEST(StatisticsCommand, OfTheSystemAsksForLoadAndMemoryToo) {
  FakeWorld fake;
  for (int i = 0; i < 6; ++i) fake.answer(R"({"object": "system", "points": []})");
  EXPECT_EQ(fake.run({"statistics", "--json"}), ExitCode::kOk) << fake.error.str();
  EXPECT_EQ(json::parse(fake.out.str()).at("statistics").as_array().size(), 6U);
}

TEST(StatisticsCommand, RefusesWhatIsNoTime) {
  FakeWorld fake;
  EXPECT_EQ(fake.run({"statistics", "--since", "yesterday"}), ExitCode::kUsage);
  EXPECT_TRUE(fake.script.requests.empty());
}

}  // namespace
}  // namespace evenkeel::cli
