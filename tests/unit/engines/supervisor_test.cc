#include "engines/supervisor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>

#include "engines/child.h"

namespace evenkeel::engines {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Starts a program that does nothing, as an engine would start its own.
class SupervisorTest : public testing::Test {
 protected:
  void SetUp() override {
    supervisor_.begin_with({.next = [this] { return work(); },
                            .settled = [this] { ++settled_; },
                            .ended = [this] { ++ended_; },
                            .look = [] { return [] {}; }});
  }
  void TearDown() override {
    supervisor_.stop();
    if (master_ == 0) return;
    ::kill(master_, SIGKILL);
    reap(master_);
  }

  Supervisor::Work work() {
    ++asked_;
    return [this, want = wanted_] {
      std::string error;
      if (want == "nonsense") error = "it is nonsense";
      if (want == "a program" && !is_alive()) master_ = start_daemon({"/bin/sleep", "600"}, "/dev/null").value();
      return Supervisor::Done{
          .master = is_alive() ? master_ : 0, .version = "1.0", .error = error, .tell = [this, want](milliseconds) {
            told_.push_back(want);
          }};
    };
  }
  bool is_alive() const {
    if (master_ == 0) return false;
    const auto process = open_process(master_);
    return process && !has_ended(*process);
  }
  void want(std::string what) {
    wanted_ = std::move(what);
    supervisor_.demand();
  }
  template <class Condition>
  bool run_until(Condition condition) {
    const auto deadline = steady_clock::now() + std::chrono::seconds(10);
    while (!condition() && steady_clock::now() < deadline) io_.run_one_for(milliseconds(50));
    return condition();
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{io_.get_executor()};
  SystemClock clock_;
  std::string wanted_;
  std::vector<std::string> told_;
  int asked_ = 0, settled_ = 0, ended_ = 0;
  pid_t master_ = 0;  // the supervisor's thread's, while it works
  Supervisor supervisor_{io_, clock_};
};

TEST_F(SupervisorTest, TellsWhatRunsAndSinceWhen) {
  want("a program");
  EXPECT_TRUE(supervisor_.is_busy());
  ASSERT_TRUE(run_until([this] { return settled_ == 1; }));
  const auto& status = supervisor_.status();
  EXPECT_TRUE(status.is_running);
  EXPECT_EQ(status.pid, master_);
  EXPECT_EQ(status.version, "1.0");
  ASSERT_TRUE(status.since);
  EXPECT_LT(std::chrono::abs(clock_.wall_now() - *status.since), std::chrono::seconds(5));
  EXPECT_EQ(status.restarts, 0U);
  EXPECT_FALSE(status.last_error_at);
}

TEST_F(SupervisorTest, AProgramThatIsKilledIsStartedAgain) {
  want("a program");
  ASSERT_TRUE(run_until([this] { return settled_ == 1; }));
  const pid_t before = master_;
  ::kill(before, SIGKILL);
  ASSERT_TRUE(run_until([this] { return settled_ == 2; }));
  reap(before);
  EXPECT_NE(supervisor_.status().pid, before);
  EXPECT_TRUE(supervisor_.status().is_running);
  EXPECT_EQ(ended_, 1);
  EXPECT_EQ(supervisor_.status().restarts, 1U);
  EXPECT_EQ(supervisor_.status().last_error, "it has ended by itself");
}

TEST_F(SupervisorTest, OneThatWasThereBeforeIsAdopted) {
  master_ = start_daemon({"/bin/sleep", "600"}, "/dev/null").value();
  const pid_t before = master_;
  want("a program");
  ASSERT_TRUE(run_until([this] { return settled_ == 1; }));
  EXPECT_EQ(supervisor_.status().pid, before);
  EXPECT_EQ(ended_, 0);
}

TEST_F(SupervisorTest, OnlyTheNewestIsSettled) {
  want("first");
  want("second");
  want("third");
  ASSERT_TRUE(run_until([this] { return settled_ > 0; }));
  EXPECT_THAT(told_, testing::ElementsAre("first", "third"));
  EXPECT_EQ(settled_, 1);
  EXPECT_EQ(asked_, 2);
}

TEST_F(SupervisorTest, AllWhoWaitAreWokenWhenItIsDoneAndTheErrorIsRemembered) {
  want("nonsense");
  int woken = 0;
  const auto wait = [&]() -> boost::asio::awaitable<void> {
    co_await supervisor_.settled(std::chrono::seconds(10));
    ++woken;
  };
  for (int i = 0; i < 3; ++i) boost::asio::co_spawn(io_, wait(), boost::asio::detached);
  io_.poll();
  EXPECT_LT(io_.poll(), 10U) << "they wake each other";
  ASSERT_TRUE(run_until([&] { return woken == 3; }));
  EXPECT_FALSE(supervisor_.is_busy());
  EXPECT_EQ(supervisor_.status().last_error, "it is nonsense");
  EXPECT_FALSE(supervisor_.status().is_running);
  want("sense");
  ASSERT_TRUE(run_until([this] { return settled_ == 2; }));
  EXPECT_EQ(supervisor_.status().last_error, "it is nonsense") << "the last one there was";
}

TEST_F(SupervisorTest, NothingIsToldAfterItWasStopped) {
  want("a program");
  supervisor_.stop();
  io_.run_for(milliseconds(50));
  EXPECT_THAT(told_, testing::IsEmpty());
  EXPECT_EQ(settled_, 0);
}

}  // namespace
}  // namespace evenkeel::engines
