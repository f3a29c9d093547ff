#include "statistics/database.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/temporary_directory.h"

namespace evenkeel::statistics {
namespace {

constexpr int64_t kStart = 1'700'006'400;  // the beginning of a day
constexpr const char* kService = "virtual_service/A";
constexpr const char* kServer = "real_server/A/S1";

class DatabaseTest : public testing::Test {
 protected:
  void open(size_t most = Database::kMostObjects) {
    database_.reset();
    auto opened = Database::open(path_, most);
    ASSERT_TRUE(opened) << to_string(opened.error());
    database_ = std::move(opened->database);
    set_aside_ = opened->set_aside;
  }

  static Step step(int64_t at, std::vector<Amount> amounts) {
    System system;
    system.load[0] = 1.5;
    system.memory_total = 1000;
    system.memory_available = 400;
    return {.at = at, .seconds = 10, .system = system, .amounts = std::move(amounts)};
  }
  void add(int64_t at, std::vector<Amount> amounts) {
    const auto added = database_->add(step(at, std::move(amounts)));
    ASSERT_TRUE(added) << to_string(added.error());
    now_ = at + 10;
  }
  // `bytes` in each step, from `from` until just before `to`.
  void add_all(int64_t from, int64_t to, uint64_t bytes) {
    for (int64_t at = from; at < to; at += 10) add(at, {{kService, {bytes, 2 * bytes, 20, 5}}});
  }

  Series read(const std::string& object, Metric metric, int64_t from, int64_t to) {
    auto series = database_->read({object, metric, from, to}, now_);
    EXPECT_TRUE(series) << to_string(series.error());
    return series ? *series : Series{};
  }
  static std::optional<double> at(const Series& series, int64_t time) {
    for (const auto& [point, value] : series.points) {
      if (point == time) return value;
    }
    ADD_FAILURE() << "there is no point at " << time;
    return std::nullopt;
  }
  int64_t count(const std::string& sql) {
    auto database = config::Database::open(path_, config::Database::Access::kReadOnly);
    return database->integer(sql)->value_or(-1);
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_ / "statistics.db";
  std::unique_ptr<Database> database_;
  std::string set_aside_;
  int64_t now_ = kStart;
};

TEST_F(DatabaseTest, RatesArePerSecondAndGapsAreNull) {
  open();
  add(kStart, {{kService, {500, 1000, 20, 5}}});
  add(kStart + 30, {{kService, {0, 0, 0, 0}}});
  const Series bytes = read(kService, Metric::kBytesIn, kStart, now_);
  EXPECT_EQ(bytes.step, 10);
  EXPECT_EQ(at(bytes, kStart), 50.0);
  EXPECT_EQ(at(bytes, kStart + 10), std::nullopt);
  EXPECT_EQ(at(bytes, kStart + 20), std::nullopt);
  EXPECT_EQ(at(bytes, kStart + 30), 0.0);
  EXPECT_EQ(at(read(kService, Metric::kBytesOut, kStart, now_), kStart), 100.0);
  EXPECT_EQ(at(read(kService, Metric::kConnections, kStart, now_), kStart), 2.0);
  EXPECT_EQ(at(read(kService, Metric::kActive, kStart, now_), kStart), 5.0);
}

TEST_F(DatabaseTest, TheSystemHasLoadAndMemoryAndWhatAllVirtualServicesHad) {
  open();
  add(kStart, {{kService, {500, 0, 0, 5}}, {"virtual_service/B", {100, 0, 0, 1}}, {kServer, {500, 0, 0, 5}}});
  const std::string system(kSystem);
  EXPECT_EQ(at(read(system, Metric::kLoad, kStart, now_), kStart), 1.5);
  EXPECT_EQ(at(read(system, Metric::kMemory, kStart, now_), kStart), 600.0);
  EXPECT_EQ(at(read(system, Metric::kBytesIn, kStart, now_), kStart), 60.0);
  EXPECT_EQ(at(read(system, Metric::kActive, kStart, now_), kStart), 6.0);
}

TEST_F(DatabaseTest, CoarserStepsSumUpFinerOnes) {
  open();
  add_all(kStart, kStart + 3600, 500);
  add_all(kStart + 3600, kStart + 7200, 1500);
  const Series day = read(kService, Metric::kBytesIn, kStart - 80'000, now_);
  EXPECT_EQ(day.step, 300);
  EXPECT_EQ(at(day, kStart), 50.0);
  EXPECT_EQ(at(day, kStart + 6900), 150.0);
  const Series month = read(kService, Metric::kBytesIn, kStart - 30 * 86'400, now_);
  EXPECT_EQ(month.step, 7200);
  EXPECT_EQ(at(month, kStart), 100.0);
  EXPECT_EQ(at(month, kStart - 7200), std::nullopt);
  EXPECT_EQ(at(read(kService, Metric::kActive, kStart - 30 * 86'400, now_), kStart), 5.0);
}

TEST_F(DatabaseTest, AStepThatHasNotEndedYetIsShownAsFarAsItIsKnown) {
  open();
  add_all(kStart, kStart + 4000, 500);
  const Series year = read(kService, Metric::kBytesIn, kStart - 300 * 86'400, now_);
  EXPECT_EQ(year.step, 86'400);
  EXPECT_EQ(at(year, kStart), 50.0);
}

TEST_F(DatabaseTest, AnObjectIsNotKnownBeforeItWasThere) {
  open();
  add(kStart, {});
  add(kStart + 10, {{kService, {0, 0, 0, 0}}});
  const Series series = read(kService, Metric::kBytesIn, kStart, now_);
  EXPECT_EQ(at(series, kStart), std::nullopt);
  EXPECT_EQ(at(series, kStart + 10), 0.0);
  EXPECT_EQ(database_->read({"virtual_service/none", Metric::kActive, kStart, now_}, now_).error().code,
            ErrorCode::kNotFound);
}

TEST_F(DatabaseTest, ItIsStillThereAfterARestart) {
  open();
  add_all(kStart, kStart + 100, 500);
  open();
  EXPECT_EQ(at(read(kService, Metric::kBytesIn, kStart, now_), kStart + 90), 50.0);
  add_all(kStart + 600, kStart + 660, 500);
  const Series day = read(kService, Metric::kBytesIn, kStart - 80'000, now_);
  EXPECT_EQ(at(day, kStart), 50.0);  // of the part that was measured
  EXPECT_EQ(at(day, kStart + 300), std::nullopt);
}

TEST_F(DatabaseTest, WhenTheClockIsSetBackTheFutureGoes) {
  open();
  add_all(kStart, kStart + 1000, 500);
  add_all(kStart + 300, kStart + 320, 900);
  EXPECT_EQ(count("SELECT max(time) FROM step"), kStart + 310);
  const Series series = read(kService, Metric::kBytesIn, kStart, now_);
  EXPECT_EQ(at(series, kStart + 290), 50.0);
  EXPECT_EQ(at(series, kStart + 310), 90.0);
}

TEST_F(DatabaseTest, RenamedObjectsKeepTheirPastAlsoWhenTwoSwap) {
  open();
  add(kStart, {{kService, {500, 0, 0, 0}}, {"virtual_service/B", {900, 0, 0, 0}}});
  ASSERT_TRUE(database_->rename({{kService, "virtual_service/B"}, {"virtual_service/B", kService}}));
  EXPECT_EQ(at(read(kService, Metric::kBytesIn, kStart, now_), kStart), 90.0);
  EXPECT_EQ(at(read("virtual_service/B", Metric::kBytesIn, kStart, now_), kStart), 50.0);
}

TEST_F(DatabaseTest, AnAnswerHasAtMostFourHundredAndOnePoints) {
  open();
  add_all(kStart, kStart + 10'000, 500);
  for (const int64_t span : {60, 3600, 4000, 4001, 86'400, 7 * 86'400, 31 * 86'400, 366 * 86'400, 9000 * 86'400}) {
    const Series series = read(kService, Metric::kBytesIn, now_ - span, now_);
    EXPECT_LE(series.points.size(), 401U) << span;
    EXPECT_GE(series.points.size(), 6U) << span;
  }
}

TEST_F(DatabaseTest, OldStepsGo) {
  open();
  add_all(kStart, kStart + 20'000, 500);
  EXPECT_EQ(count("SELECT count(*) FROM step WHERE level = 0"), kPointsKept);
  EXPECT_EQ(count("SELECT count(*) FROM cell WHERE level = 0"), kPointsKept);
  EXPECT_EQ(count("SELECT count(*) FROM cell WHERE level = 1"), 20'000 / 60);
}

// 100 virtual services x 10 real servers where 200 rows are the limit: what holds for them holds for ten times as many.
TEST_F(DatabaseTest, AStepKeepsVirtualServicesAndTheBusiestRealServers) {
  constexpr int64_t kMost = 200;
  open(kMost);
  for (int64_t time = kStart; time < kStart + 700; time += 10) {
    std::vector<Amount> amounts;
    for (uint64_t service = 0; service < 100; ++service) {
      amounts.push_back({fmt::format("virtual_service/V{}", service), {1, 1, 1, 1}});
      for (uint64_t server = 0; server < 10; ++server) {
        amounts.push_back(
            {fmt::format("real_server/V{}/S{}", service, server), {1000 + service * 10 + server, 9, 9, 9}});
      }
    }
    add(time, std::move(amounts));
  }
  EXPECT_EQ(count("SELECT max(n) FROM (SELECT count(*) AS n FROM cell GROUP BY level, time)"), kMost);
  EXPECT_EQ(count("SELECT min(n) FROM (SELECT count(*) AS n FROM cell WHERE level < 3 GROUP BY level, time)"), kMost);
  EXPECT_EQ(count("SELECT count(*) FROM cell JOIN object ON id = object WHERE level = 1 AND time = "
                  "(SELECT max(time) FROM cell WHERE level = 1) AND kind = 0"),
            100);
  EXPECT_EQ(at(read("real_server/V99/S9", Metric::kBytesIn, kStart, now_), kStart), 199.9);
  EXPECT_EQ(at(read("real_server/V0/S0", Metric::kBytesIn, kStart, now_), kStart), std::nullopt);  // not known: not 0
  database_.reset();
  const int64_t rows = count("SELECT count(*) FROM cell");
  const auto bytes = static_cast<int64_t>(std::filesystem::file_size(path_));
  EXPECT_LT(bytes, rows * 60 + 1'100 * 100 + 100'000);  // objects, and pages that are not full
}

TEST_F(DatabaseTest, ADamagedFileIsSetAsideAndBegunAnew) {
  open();
  add_all(kStart, kStart + 5000, 500);
  database_.reset();
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(2000);
    file << std::string(20'000, 'x');
  }
  open();
  EXPECT_EQ(set_aside_, path_ + ".damaged");
  EXPECT_TRUE(std::filesystem::exists(set_aside_));
  add_all(kStart, kStart + 20, 500);
  EXPECT_EQ(at(read(kService, Metric::kBytesIn, kStart, now_), kStart), 50.0);
}

TEST_F(DatabaseTest, WhatIsNoDatabaseIsSetAsideToo) {
  std::ofstream(path_) << std::string(10'000, 'x');
  open();
  EXPECT_FALSE(set_aside_.empty());
}

}  // namespace
}  // namespace evenkeel::statistics
