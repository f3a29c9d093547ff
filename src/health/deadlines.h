#pragma once
// By when something has to be over, for thousands at the same time: one timer for all of them, and only a few that
// expire in one turn of the loop, so that what fails together holds up nothing else. On the control loop.

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/set.hpp>
#include <chrono>
#include <functional>
#include <optional>

namespace evenkeel::health {

class Deadlines;

class Deadline : public boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // May do anything when it is called, also destroy the Deadline.
  using OnExpiry = std::function<void()>;

  Deadline(boost::asio::io_context& io, OnExpiry on_expiry);

  // on_expiry follows, unless it is cancelled or destroyed before. Not while it is set.
  void set(std::chrono::nanoseconds from_now);
  void cancel();

 private:
  friend class Deadlines;

  Deadlines& deadlines_;
  boost::asio::steady_timer::time_point at_;
  OnExpiry on_expiry_;
};

// One for each io_context.
class Deadlines final : public boost::asio::execution_context::service {
 public:
  static inline boost::asio::execution_context::id id;
  static constexpr size_t kMostInATurn = 32;

  explicit Deadlines(boost::asio::execution_context& context);

 private:
  friend class Deadline;
  using Timer = boost::asio::steady_timer;
  struct Earlier {
    bool operator()(const Deadline& a, const Deadline& b) const { return a.at_ < b.at_; }
  };
  using Pending = boost::intrusive::multiset<Deadline, boost::intrusive::compare<Earlier>,
                                             boost::intrusive::constant_time_size<false>>;

  void shutdown() override { pending_.clear(); }
  void arm();
  void expire();
  void rest_if_idle();

  Timer timer_;
  std::optional<Timer::time_point> armed_for_;
  Pending pending_;
};

}  // namespace evenkeel::health
