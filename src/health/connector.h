#pragma once
// Makes TCP connections by the thousand, without a coroutine, a timer or memory of its own for each: one epoll
// descriptor tells the event loop that some were answered, one timer that some were not. On the control loop.

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/set.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/ip_address.h"

namespace evenkeel::health {

class Connector : public std::enable_shared_from_this<Connector> {
 public:
  struct Answer {
    enum class What {
      kConnected,
      kFailed,    // error_number says how
      kNotTried,  // trouble of our own, in error_number
      kTimedOut,
    } what = What::kTimedOut;
    int error_number = 0;
    SteadyTime at;  // when it was seen
  };
  // May call any function, and let go of the Connector.
  using OnAnswer = std::function<void(const Answer&)>;
  using Ticket = uint64_t;  // never 0

  Connector(boost::asio::io_context& io, const Clock& clock);

  // One answer follows, within the timeout and never from within begin(). A connection that has come about is left
  // with FIN.
  Ticket begin(const Endpoint& server, std::chrono::milliseconds timeout, OnAnswer on_answer);
  // No answer after this. Nothing happens if there has been one.
  void cancel(Ticket ticket);
  // Cancels everything, for good.
  void stop();

 private:
  using Timer = boost::asio::steady_timer;
  using Due = Timer::time_point;
  using Hook = boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
  // In a place of its own, which is used again; the ticket tells who has it now.
  struct Attempt : Hook {
    Ticket ticket = 0;  // 0: free
    Fd socket;
    Due deadline;
    OnAnswer on_answer;
  };
  struct Earlier {
    bool operator()(const Attempt& a, const Attempt& b) const { return a.deadline < b.deadline; }
  };
  using Attempts = boost::intrusive::multiset<Attempt, boost::intrusive::compare<Earlier>,
                                              boost::intrusive::constant_time_size<false>>;

  Attempt& take_place();
  Attempt* find(Ticket ticket);
  std::optional<Answer> connect(Attempt& attempt, const Endpoint& server);
  bool watch(const Attempt& attempt);
  void answer_later(Ticket ticket, Answer answer);
  OnAnswer give_back(Attempt& attempt);
  void settle(Attempt& attempt, const Answer& answer);
  void wait_for_events();
  void take_events();
  void arm();
  void expire();

  boost::asio::io_context& io_;
  const Clock& clock_;
  boost::asio::posix::stream_descriptor events_;
  bool is_waiting_for_events_ = false;
  Timer timer_;
  std::optional<Due> armed_for_;
  std::deque<Attempt> places_;
  std::vector<uint32_t> free_places_;
  Attempts by_deadline_;
  size_t pending_ = 0;
  uint32_t generation_ = 0;
  bool is_stopped_ = false;
};

}  // namespace evenkeel::health
