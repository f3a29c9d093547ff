#include "health/connector.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <utility>

#include "health/farewells.h"
#include "health/tcp_connection.h"

namespace evenkeel::health {
namespace {

constexpr size_t kMostInATurn = 64;  // answers, so that thousands that come together hold up nothing else
constexpr int kPlaceBits = 32;

using What = Connector::Answer::What;

int pending_error(int socket) {
  int error_number = 0;
  socklen_t size = sizeof error_number;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error_number, &size) == 0 ? error_number : errno;
}

// None: the server has not answered.
std::optional<Connector::Answer> answer_of(int socket, short events, SteadyTime now) {
  if (events == 0) return std::nullopt;
  const bool is_clear = (events & (POLLERR | POLLHUP)) == 0;
  const int error_number = is_clear ? 0 : pending_error(socket);
  return Connector::Answer{error_number == 0 ? What::kConnected : What::kFailed, error_number, now};
}

// Also where the event is still among many that wait for their turn: that we are late is not the server's fault.
std::optional<Connector::Answer> answer_of(int socket, SteadyTime now) {
  pollfd asked{socket, POLLOUT, 0};
  return ::poll(&asked, 1, 0) == 1 ? answer_of(socket, asked.revents, now) : std::nullopt;
}

}  // namespace

Connector::Connector(boost::asio::io_context& io, const Clock& clock) : io_(io), clock_(clock), events_(io) {}

Connector::Ticket Connector::begin(const Endpoint& server, std::chrono::milliseconds timeout, OnAnswer on_answer) {
  Attempt& attempt = take_place();
  attempt.on_answer = std::move(on_answer);
  attempt.deadline.set(timeout);
  if (const auto failed = connect(attempt, server)) {
    attempt.socket.reset();
    answer_later(attempt.ticket, *failed);
  } else {
    wait_for_events();
  }
  return attempt.ticket;
}

Connector::Attempt& Connector::take_place() {
  if (free_places_.empty()) {
    free_places_.push_back(static_cast<uint32_t>(places_.size()));
    places_.emplace_back(*this);
  }
  const uint32_t place = free_places_.back();
  free_places_.pop_back();
  ++pending_;
  generation_ = std::max(generation_ + 1, 1U);
  places_[place].ticket = (Ticket{generation_} << kPlaceBits) | place;
  return places_[place];
}

Connector::Attempt* Connector::find(Ticket ticket) {
  const auto place = static_cast<uint32_t>(ticket);
  if (ticket == 0 || place >= places_.size() || places_[place].ticket != ticket) return nullptr;
  return &places_[place];
}

// None: it is under way.
std::optional<Connector::Answer> Connector::connect(Attempt& attempt, const Endpoint& server) {
  const auto address = to_asio(server);
  attempt.family = address.protocol().family();
  attempt.socket = spare_sockets_->take(attempt.family);
  const int change = attempt.socket.is_open() ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (change == EPOLL_CTL_ADD) {
    attempt.socket.reset(::socket(attempt.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  }
  if (!attempt.socket.is_open()) return Answer{What::kNotTried, errno, {}};
  if (::connect(attempt.socket.get(), address.data(), static_cast<socklen_t>(address.size())) != 0 &&
      errno != EINPROGRESS) {
    return Answer{is_refused_by_our_routing(errno) ? What::kNotTried : What::kFailed, errno, {}};
  }
  if (!watch(attempt, change)) return Answer{What::kNotTried, errno, {}};
  return std::nullopt;
}

// For its one answer: what comes later, the server's end of the connection, wakes nobody up.
bool Connector::watch(const Attempt& attempt, int change) {
  if (!events_.is_open()) {
    const int events = ::epoll_create1(EPOLL_CLOEXEC);
    if (events < 0) return false;
    events_.assign(events);
  }
  epoll_event wanted{};
  wanted.events = EPOLLOUT | EPOLLONESHOT;
  wanted.data.u64 = attempt.ticket;
  return ::epoll_ctl(events_.native_handle(), change, attempt.socket.get(), &wanted) == 0;
}

void Connector::answer_later(Ticket ticket, Answer answer) {
  boost::asio::post(io_, [weak = weak_from_this(), ticket, answer]() mutable {
    const auto self = weak.lock();
    Attempt* const attempt = self ? self->find(ticket) : nullptr;
    if (attempt == nullptr) return;
    answer.at = self->clock_.steady_now();
    self->settle(*attempt, answer);
  });
}

void Connector::cancel(Ticket ticket) {
  Attempt* const attempt = find(ticket);
  if (attempt == nullptr) return;
  const OnAnswer dropped = give_back(*attempt);
  attempt->socket.reset();
  if (pending_ > 0) return;
  boost::system::error_code ignored;
  if (events_.is_open()) events_.cancel(ignored);
}

void Connector::stop() {
  is_stopped_ = true;
  for (Attempt& attempt : places_) {
    if (attempt.ticket != 0) cancel(attempt.ticket);
  }
}

Connector::OnAnswer Connector::give_back(Attempt& attempt) {
  free_places_.push_back(static_cast<uint32_t>(attempt.ticket));
  attempt.ticket = 0;
  attempt.deadline.cancel();
  --pending_;
  return std::exchange(attempt.on_answer, nullptr);
}

void Connector::settle(Attempt& attempt, const Answer& answer) {
  Fd socket = std::move(attempt.socket);
  const OnAnswer on_answer = give_back(attempt);
  if (answer.what == What::kConnected) leave(io_, std::move(socket), Heir{spare_sockets_, attempt.family});
  socket.reset();
  on_answer(answer);
}

void Connector::wait_for_events() {
  if (std::exchange(is_waiting_for_events_, true)) return;
  events_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [weak = weak_from_this()](boost::system::error_code error) {
                       const auto self = weak.lock();
                       if (!self) return;
                       self->is_waiting_for_events_ = false;
                       if (!error) self->take_events();
                       if (self->pending_ > 0) self->wait_for_events();
                     });
}

void Connector::take_events() {
  std::array<epoll_event, kMostInATurn> events;
  const int count = ::epoll_wait(events_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
  const SteadyTime now = clock_.steady_now();
  for (int i = 0; i < count && !is_stopped_; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    Attempt* const attempt = find(event.data.u64);  // none: cancelled by what came before
    if (attempt == nullptr) continue;
    // Events have the same numbers for epoll and poll.
    if (const auto answer = answer_of(attempt->socket.get(), static_cast<short>(event.events), now)) {
      settle(*attempt, *answer);
    }
  }
}

void Connector::expire(Attempt& attempt) {
  const Answer timed_out{What::kTimedOut, 0, clock_.steady_now()};
  settle(attempt, answer_of(attempt.socket.get(), timed_out.at).value_or(timed_out));
}

}  // namespace evenkeel::health
