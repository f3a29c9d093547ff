#include "health/out_of_turn.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "health/reason.h"

namespace evenkeel::health {

struct OutOfTurn::Run {
  explicit Run(boost::asio::io_context& io) : done(io, boost::asio::steady_timer::time_point::max()) {}

  boost::asio::steady_timer done;  // cancelled when there is a result, or none to come
  std::shared_ptr<Probe> probe;
  std::optional<ProbeResult> result;
};

OutOfTurn::OutOfTurn(boost::asio::io_context& io, const Clock& clock, Scripts scripts)
    : tools_(io, clock, std::move(scripts)) {}

OutOfTurn::~OutOfTurn() {
  stop();
}

boost::asio::awaitable<std::optional<ProbeRecord>> OutOfTurn::probe(Target target) {
  if (is_stopped_ || running_.size() >= kAtOnce) co_return std::nullopt;
  const auto run = std::make_shared<Run>(tools_.io);
  const SteadyTime began = tools_.clock.steady_now();
  start(run, target);
  boost::system::error_code woken;
  if (!run->result) {
    co_await run->done.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
  }
  if (!run->result) co_return std::nullopt;  // stopped
  running_.erase(run);
  const auto duration = in_microseconds(tools_.clock.steady_now() - began);
  run->result->trace.total = duration;
  co_return ProbeRecord{tools_.clock.wall_now(), duration, run->result->outcome,
                        std::make_shared<const ProbeResult>(*std::move(run->result))};
}

void OutOfTurn::start(const std::shared_ptr<Run>& run, const Target& target) {
  tools_.connect_counts = {};  // the first of "several connects, one negotiate" is the one that says more
  tools_.patterns.clear();
  try {
    run->probe = make_probe(tools_, target);
    run->probe->start([run](ProbeResult result) {
      run->probe.reset();
      run->result = std::move(result);
      run->done.cancel();
    });
    running_.insert(run);
  } catch (const std::exception& exception) {
    if (auto probe = std::exchange(run->probe, nullptr)) probe->cancel();
    run->result = not_checked(exception.what());
  }
}

void OutOfTurn::stop() {
  is_stopped_ = true;
  for (const auto& run : std::exchange(running_, {})) {
    if (auto probe = std::exchange(run->probe, nullptr)) probe->cancel();
    run->done.cancel();
  }
}

}  // namespace evenkeel::health
