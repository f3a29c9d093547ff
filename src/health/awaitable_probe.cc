#include "health/awaitable_probe.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "health/reason.h"

namespace evenkeel::health {
namespace {

std::string what(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "an error without a name";
  }
}

}  // namespace

AwaitableProbe::AwaitableProbe(boost::asio::io_context& io, std::chrono::milliseconds timeout)
    : io_(io), timeout_(timeout), deadline_(io, [this] { expire(); }) {}

void AwaitableProbe::start(OnResult on_result) {
  on_result_ = std::move(on_result);
  auto self = shared_from_this();
  deadline_.set(timeout_);
  // Posted, because co_spawn would run the coroutine up to its first wait at once: no answer from within start().
  boost::asio::post(io_, [self] {
    if (self->on_result_) self->launch();
  });
}

void AwaitableProbe::launch() {
  boost::asio::co_spawn(io_, run(), [self = shared_from_this()](std::exception_ptr failure, ProbeResult result) {
    self->finish(failure ? not_checked(what(failure)) : std::move(result));
  });
}

void AwaitableProbe::cancel() {
  on_result_ = nullptr;
  deadline_.cancel();
  abort();
}

void AwaitableProbe::expire() {
  const auto self = shared_from_this();  // the receiver may let go of this probe
  ProbeResult result = judge_timeout();
  abort();
  finish(std::move(result));
}

void AwaitableProbe::finish(ProbeResult result) {
  deadline_.cancel();
  complete_trace();
  result.trace = std::move(trace_);
  // Moved out first: the receiver may let go of this probe.
  if (OnResult on_result = std::exchange(on_result_, nullptr)) on_result(std::move(result));
}

}  // namespace evenkeel::health
