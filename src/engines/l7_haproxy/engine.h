#pragma once
// Layer 7: HAProxy under our supervision. It outlives evenkeeld and is adopted again; what can be changed in the
// running worker is, and everything else by a seamless reload. HAProxy is talked to in a thread of the engine's own, so
// apply() returns at once, and the end of the matter is announced later. Everything else lives on the control loop.

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "engines/engine.h"
#include "engines/l7_haproxy/proxy.h"

namespace evenkeel::engines::l7_haproxy {

class HaproxyEngine final : public Engine<desired::Layer7> {
 public:
  struct Listener {
    std::function<void(const ApplyReport&)> settled;  // how what was wanted last has fared
    std::function<void(Way, std::chrono::milliseconds)>
        changed;                  // HAProxy was started, told or reloaded, and took that long
    std::function<void()> ended;  // by itself; it is started again at once
  };

  HaproxyEngine(boost::asio::io_context& io, RenderOptions options);
  ~HaproxyEngine() override;

  // Before the first apply(); not called from within apply().
  void listen(Listener listener) { listener_ = std::move(listener); }

  // What HAProxy itself thinks of it is known only when it is asked: in apply().
  std::vector<ObjectStatus> check(const desired::Layer7& want) const override;
  // Returns what was known before.
  Result<ApplyReport> apply(const desired::Layer7& want) override;

  // Something that was wanted is not settled yet.
  bool is_busy() const { return is_busy_ || is_due_; }

  // As it was at most a second ago.
  const observed::Layer7Report& report() const { return observed_; }

  // No callback after it returns; HAProxy goes on.
  void stop();

 private:
  void begin();
  void finish(Outcome outcome, desired::Layer7 tried, std::chrono::milliseconds took);
  void watch_master(pid_t master);
  void on_end();
  void arm_observation();

  boost::asio::io_context& io_;
  Proxy proxy_;  // the thread's, while it works
  Listener listener_;
  desired::Layer7 want_;
  ApplyReport report_;
  observed::Layer7Report observed_;
  boost::asio::steady_timer observation_;
  boost::asio::steady_timer restart_;
  boost::asio::posix::stream_descriptor master_;
  pid_t watched_ = 0;
  SteadyTime started_;
  bool is_busy_ = false;
  bool is_due_ = false;  // again, when what goes on is done
  std::shared_ptr<bool> stopped_ = std::make_shared<bool>(false);
  boost::asio::thread_pool thread_{1};
};

}  // namespace evenkeel::engines::l7_haproxy
