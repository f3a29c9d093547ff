#pragma once
// One nginx under our supervision: told what to serve, started again when it ends, its logs kept small. nginx is
// handled in a thread of its own; everything else lives on the control loop.

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "engines/web_nginx/process.h"

namespace evenkeel::engines::web_nginx {

class Server {
 public:
  struct Listener {
    std::function<void(const Result<>&)> settled;                 // how what was wanted last has fared
    std::function<void(Way, std::chrono::milliseconds)> changed;  // nginx was started, reloaded or ended
    std::function<void()> ended;                                  // by itself; it is started again at once
  };

  Server(boost::asio::io_context& io, Paths paths);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Before the first serve(); not called from within it.
  void listen(Listener listener) { listener_ = std::move(listener); }
  // Returns at once.
  void serve(Site site);
  // What was wanted is not settled yet.
  bool is_busy() const { return is_busy_ || is_due_; }
  bool is_running() const { return watched_ != 0; }

  // No callback after it returns; nginx goes on.
  void stop();

 private:
  void begin();
  void finish(Outcome outcome, const Site& tried, std::chrono::milliseconds took);
  void watch_master(pid_t master);
  void on_end();
  void arm_logs();

  boost::asio::io_context& io_;
  Process process_;  // the thread's, while it works
  Listener listener_;
  Site want_;
  boost::asio::steady_timer restart_;
  boost::asio::steady_timer logs_;
  boost::asio::posix::stream_descriptor master_;
  pid_t watched_ = 0;
  SteadyTime started_;
  bool is_busy_ = false;
  bool is_due_ = false;  // again, when what goes on is done
  std::shared_ptr<bool> stopped_ = std::make_shared<bool>(false);
  boost::asio::thread_pool thread_{1};
};

}  // namespace evenkeel::engines::web_nginx
