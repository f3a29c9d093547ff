#pragma once
// Keeps the past: takes a reading of the counters every ten seconds and has it written, in a thread of its own. Belongs
// to main; lives on the control loop. Nothing depends on it: without its file there is no past, and that is all.

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "config/plan.h"
#include "engines/l4_xdp/engine.h"
#include "observed/snapshot.h"
#include "statistics/database.h"
#include "statistics/sampler.h"

namespace evenkeel::daemon {

class StatisticsKeeper {
 public:
  StatisticsKeeper(boost::asio::io_context& io, const Clock& clock, std::string path);
  ~StatisticsKeeper();  // when what was taken is written

  // Cheap unless a step has ended. A step that comes while the disk has not taken the one before is left out.
  void add(engines::l4_xdp::L4Engine::Counters counters);
  void follow(const std::vector<config::Rename>& renames);
  // kNotFound: nothing was ever written of that object.
  boost::asio::awaitable<Result<statistics::Series>> read(statistics::Query query);
  const std::vector<observed::Notice>& notices() const { return notices_; }

 private:
  // Of the thread.
  Result<statistics::Database*> database();
  void take(SteadyTime at, WallTime now, const engines::l4_xdp::L4Engine::Counters& counters);
  void write(const statistics::Step& step);
  void note_failure(const Error& error);

  boost::asio::io_context& io_;
  const Clock& clock_;
  const std::string path_;
  statistics::Sampler sampler_;  // of the thread while is_busy_
  std::vector<observed::Notice> notices_;
  std::atomic<bool> is_busy_ = false;
  std::unique_ptr<statistics::Database> database_;  // of the thread
  bool is_failing_ = false;                         // of the thread
  boost::asio::thread_pool thread_{1};
};

}  // namespace evenkeel::daemon
