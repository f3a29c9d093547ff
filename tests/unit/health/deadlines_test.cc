#include "health/deadlines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <deque>
#include <memory>
#include <vector>

namespace evenkeel::health {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

class DeadlinesTest : public testing::Test {
 protected:
  // Says so when it expires.
  Deadline& set(int number, milliseconds from_now) {
    Deadline& deadline = deadlines_.emplace_back(io_, [this, number] { expired_.push_back(number); });
    deadline.set(from_now);
    return deadline;
  }

  boost::asio::io_context io_;
  std::deque<Deadline> deadlines_;
  std::vector<int> expired_;
};

TEST_F(DeadlinesTest, ExpireInTheirOrderAndTheLoopEndsWithTheLast) {
  set(1, milliseconds(30));
  set(2, milliseconds(10));
  set(3, milliseconds(20));
  io_.run();
  EXPECT_THAT(expired_, ElementsAre(2, 3, 1));
}

TEST_F(DeadlinesTest, AFewInATurnHoweverManyExpireTogether) {
  constexpr size_t kMany = 1000;
  for (size_t i = 0; i < kMany; ++i) set(0, milliseconds(0));
  size_t turns = 0;
  for (size_t before = 0; before < kMany; before = expired_.size()) {
    ASSERT_EQ(io_.run_one(), 1U);  // one handler, behind which others have their turn
    ASSERT_LE(expired_.size() - before, Deadlines::kMostInATurn);
    ++turns;
  }
  EXPECT_GE(turns, kMany / Deadlines::kMostInATurn);
}

TEST_F(DeadlinesTest, OthersOnTheLoopComeInBetween) {
  constexpr size_t kMany = 10 * Deadlines::kMostInATurn;
  for (size_t i = 0; i < kMany; ++i) set(0, milliseconds(0));
  std::vector<size_t> seen;
  std::function<void()> look = [&] {
    seen.push_back(expired_.size());
    if (expired_.size() < kMany) boost::asio::post(io_, look);
  };
  boost::asio::post(io_, look);
  io_.run();
  for (size_t i = 1; i < seen.size(); ++i) EXPECT_LE(seen[i] - seen[i - 1], 2 * Deadlines::kMostInATurn);
}

TEST_F(DeadlinesTest, WhatIsCancelledOrGoneIsSilentAndTheLoopDoesNotWaitForIt) {
  set(1, std::chrono::hours(1)).cancel();
  {
    Deadline gone(io_, [] { FAIL(); });
    gone.set(milliseconds(0));
  }
  set(2, milliseconds(1));
  io_.run();
  EXPECT_THAT(expired_, ElementsAre(2));
}

TEST_F(DeadlinesTest, OneMayDoAwayWithItselfAndOthers) {
  auto own = std::make_unique<Deadline>(io_, [] {});
  Deadline& other = set(1, milliseconds(1));
  own = std::make_unique<Deadline>(io_, [&] {
    other.cancel();
    own.reset();
  });
  own->set(milliseconds(0));
  io_.run();
  EXPECT_TRUE(expired_.empty());
  EXPECT_EQ(own, nullptr);
}

TEST_F(DeadlinesTest, OneThatHasExpiredMayBeSetAgain) {
  set(1, milliseconds(0));
  io_.run();
  deadlines_.front().set(milliseconds(0));
  io_.restart();
  io_.run();
  EXPECT_THAT(expired_, ElementsAre(1, 1));
}

}  // namespace
}  // namespace evenkeel::health
