#pragma once
// Makes TCP connections by the thousand, without a coroutine, a timer, memory or, mostly, a socket of its own for each:
// one epoll descriptor tells the event loop that some were answered. On the control loop.

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
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
#include "health/deadlines.h"
#include "health/spare_sockets.h"

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
  // In a place of its own, which is used again; the ticket tells who has it now.
  struct Attempt {
    explicit Attempt(Connector& connector) : deadline(connector.io_, [&connector, this] { connector.expire(*this); }) {}
    Ticket ticket = 0;  // 0: free
    Fd socket;
    int family = 0;
    Deadline deadline;
    OnAnswer on_answer;
  };

  Attempt& take_place();
  Attempt* find(Ticket ticket);
  std::optional<Answer> connect(Attempt& attempt, const Endpoint& server);
  bool watch(const Attempt& attempt, int change);
  void answer_later(Ticket ticket, Answer answer);
  OnAnswer give_back(Attempt& attempt);
  void settle(Attempt& attempt, const Answer& answer);
  void wait_for_events();
  void take_events();
  void expire(Attempt& attempt);

  boost::asio::io_context& io_;
  const Clock& clock_;
  boost::asio::posix::stream_descriptor events_;
  bool is_waiting_for_events_ = false;
  std::deque<Attempt> places_;
  std::vector<uint32_t> free_places_;
  // Watched by events_ already, if only for the next answer that is asked for.
  std::shared_ptr<SpareSockets> spare_sockets_ = std::make_shared<SpareSockets>();
  size_t pending_ = 0;
  uint32_t generation_ = 0;
  bool is_stopped_ = false;
};

}  // namespace evenkeel::health
