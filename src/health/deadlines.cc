#include "health/deadlines.h"

#include <utility>

namespace evenkeel::health {

Deadlines::Deadlines(boost::asio::execution_context& context)
    : service(context), timer_(static_cast<boost::asio::io_context&>(context)) {}

// The timer may go off too early, never too late.
void Deadlines::arm() {
  if (pending_.empty()) return;
  const auto due = pending_.begin()->at_;
  if (armed_for_ && *armed_for_ <= due) return;
  armed_for_ = due;
  timer_.expires_at(due);
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (cancelled) return;
    armed_for_.reset();
    expire();
  });
}

// As many as a turn allows; the timer goes off again at once for the others.
void Deadlines::expire() {
  const auto now = Timer::clock_type::now();
  for (size_t left = kMostInATurn; left > 0 && !pending_.empty(); --left) {
    Deadline& first = *pending_.begin();
    if (first.at_ > now) break;
    first.unlink();
    const auto on_expiry = first.on_expiry_;  // it may destroy the Deadline
    on_expiry();
  }
  arm();
}

// A loop that has nothing else to wait for may end.
void Deadlines::rest_if_idle() {
  if (!pending_.empty()) return;
  armed_for_.reset();
  timer_.cancel();
}

Deadline::Deadline(boost::asio::io_context& io, OnExpiry on_expiry)
    : deadlines_(boost::asio::use_service<Deadlines>(io)), on_expiry_(std::move(on_expiry)) {}

void Deadline::set(std::chrono::nanoseconds from_now) {
  at_ = Deadlines::Timer::clock_type::now() + from_now;
  deadlines_.pending_.insert(*this);
  deadlines_.arm();
}

void Deadline::cancel() {
  if (!is_linked()) return;
  unlink();
  deadlines_.rest_if_idle();
}

}  // namespace evenkeel::health
