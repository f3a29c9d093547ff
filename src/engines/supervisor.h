#pragma once
// The master process of a program that does an engine's work: it is told what is wanted in a thread of its own, one
// thing after the other, watched, and started again when it ends. It outlives us and is adopted by who comes next.
// Everything but the work itself lives on the control loop.

#include <sys/types.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "observed/engine.h"

namespace evenkeel::engines {

class Supervisor {
 public:
  using OnLoop = std::function<void()>;
  // What one run of the work has come to.
  struct Done {
    pid_t master = 0;                                     // 0: the program does not run
    std::string version;                                  // of the program that runs
    std::string error;                                    // why not all that was wanted is in force; empty: it is
    std::function<void(std::chrono::milliseconds)> tell;  // on the control loop, with how long it took
  };
  using Work = std::function<Done()>;    // in the thread
  using Look = std::function<OnLoop()>;  // in the thread; what it returns on the control loop

  struct Hooks {
    std::function<Work()> next;  // what is to be done now
    OnLoop settled;              // after Done::tell, when nothing newer is wanted
    OnLoop ended;                // the program, by itself; it is started again at once
    Look look;                   // every `look_every` while the program runs
    std::chrono::seconds look_every{1};
  };

  Supervisor(boost::asio::io_context& io, const Clock& clock);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Before the first demand().
  void begin_with(Hooks hooks) { hooks_ = std::move(hooks); }
  // There is something to be done: Hooks::next is asked, as soon as what goes on is done. Returns at once.
  void demand();
  // What was demanded is not done yet.
  bool is_busy() const { return is_busy_ || is_due_; }
  bool is_running() const { return status_.is_running; }
  // Until it is done, but no longer than that. Any number may wait.
  boost::asio::awaitable<void> settled(std::chrono::seconds longest);

  // Its name, and whether it is wanted, are the owner's to add.
  const observed::EngineStatus& status() const { return status_; }

  // No callback after it returns; the program goes on.
  void stop();

 private:
  void begin();
  void finish(const Done& done, std::chrono::milliseconds took);
  void watch(pid_t master);
  void close_watch();
  void on_end();
  void arm_look();
  void wake_waiting();

  void note_error(std::string message);

  boost::asio::io_context& io_;
  const Clock& clock_;
  Hooks hooks_;
  boost::asio::steady_timer restart_, look_;
  std::shared_ptr<std::list<boost::asio::steady_timer*>> waiting_ =
      std::make_shared<std::list<boost::asio::steady_timer*>>();  // in settled()
  boost::asio::posix::stream_descriptor master_;
  SteadyTime began_;  // to watch it
  observed::EngineStatus status_;
  bool is_busy_ = false;
  bool is_due_ = false;  // again, when what goes on is done
  std::shared_ptr<bool> stopped_ = std::make_shared<bool>(false);
  boost::asio::thread_pool thread_{1};
};

}  // namespace evenkeel::engines
