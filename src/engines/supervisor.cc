#include "engines/supervisor.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "engines/child.h"

namespace evenkeel::engines {
namespace asio = boost::asio;
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kRestartPause{500};  // for one that ends as soon as it is started

}  // namespace

Supervisor::Supervisor(asio::io_context& io, const Clock& clock)
    : io_(io), clock_(clock), restart_(io), look_(io), master_(io) {}

Supervisor::~Supervisor() {
  stop();
}

void Supervisor::stop() {
  if (std::exchange(*stopped_, true)) return;
  restart_.cancel();
  look_.cancel();
  wake_waiting();
  close_watch();
  thread_.join();
}

void Supervisor::demand() {
  is_due_ = true;
  begin();
}

void Supervisor::begin() {
  if (is_busy_ || !is_due_ || *stopped_) return;
  is_busy_ = true;
  is_due_ = false;
  asio::post(thread_, [this, work = hooks_.next(), stopped = stopped_] {
    const auto start = steady_clock::now();
    auto done = work();
    const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
    asio::post(io_, [this, done = std::move(done), took, stopped] {
      if (!*stopped) finish(done, took);
    });
  });
}

void Supervisor::finish(const Done& done, milliseconds took) {
  is_busy_ = false;
  watch(done.master);
  status_.version = done.version;
  if (!done.error.empty()) note_error(done.error);
  done.tell(took);
  if (is_due_) return begin();
  hooks_.settled();
  wake_waiting();
}

// Each has a timer of its own: to set one that another waits for would wake that one.
asio::awaitable<void> Supervisor::settled(std::chrono::seconds longest) {
  asio::steady_timer timer(io_, longest);
  const auto waiting = waiting_;  // both may outlive us
  const auto stopped = stopped_;
  const auto place = waiting->insert(waiting->end(), &timer);
  while (!*stopped && is_busy() && steady_clock::now() < timer.expiry()) {
    boost::system::error_code woken;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  waiting->erase(place);
}

void Supervisor::wake_waiting() {
  for (asio::steady_timer* const timer : *waiting_) timer->cancel();
}

void Supervisor::watch(pid_t master) {
  if (master == status_.pid) return;
  close_watch();
  if (master == 0) return;
  auto process = open_process(master);
  if (!process) return on_end();
  began_ = clock_.steady_now();
  status_.is_running = true;
  status_.pid = master;
  status_.since = start_of(master, clock_);
  master_.assign(process->release());
  master_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (!error) on_end();
  });
  arm_look();
}

void Supervisor::close_watch() {
  boost::system::error_code ignored;
  master_.close(ignored);
  status_.is_running = false;
  status_.pid = 0;
  status_.since.reset();
}

void Supervisor::on_end() {
  close_watch();
  ++status_.restarts;
  note_error("it has ended by itself");
  hooks_.ended();
  const bool is_hasty = clock_.steady_now() - began_ < kRestartPause;
  restart_.expires_after(is_hasty ? kRestartPause : milliseconds(0));
  restart_.async_wait([this](const boost::system::error_code& error) {
    if (!error) demand();
  });
}

void Supervisor::arm_look() {
  look_.expires_after(hooks_.look_every);
  look_.async_wait([this](const boost::system::error_code& error) {
    if (error || !is_running()) return;
    asio::post(thread_, [this, stopped = stopped_] {
      auto seen = hooks_.look();
      asio::post(io_, [this, seen = std::move(seen), stopped] {
        if (*stopped) return;
        if (seen) seen();
        arm_look();
      });
    });
  });
}

void Supervisor::note_error(std::string message) {
  status_.last_error = std::move(message);
  status_.last_error_at = clock_.wall_now();
}

}  // namespace evenkeel::engines
