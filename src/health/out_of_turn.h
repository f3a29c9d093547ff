#pragma once
// Probes that a person asks for, at once and beside the monitor's: nothing counts them, and each stands alone. On the
// control loop.

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <set>

#include "health/history.h"
#include "health/probes.h"

namespace evenkeel::health {

class OutOfTurn {
 public:
  static constexpr size_t kAtOnce = 16;

  OutOfTurn(boost::asio::io_context& io, const Clock& clock, Scripts scripts);
  ~OutOfTurn();
  OutOfTurn(const OutOfTurn&) = delete;
  OutOfTurn& operator=(const OutOfTurn&) = delete;

  // Within the check's timeout, and with its evidence. None: kAtOnce are running already, or this has been stopped.
  boost::asio::awaitable<std::optional<ProbeRecord>> probe(Target target);
  void stop();

 private:
  struct Run;
  void start(const std::shared_ptr<Run>& run, const Target& target);

  ProbeTools tools_;
  std::set<std::shared_ptr<Run>> running_;
  bool is_stopped_ = false;
};

}  // namespace evenkeel::health
