#pragma once
// The health engine: probes real servers, counts failures, and says who is up. Runs on the control loop; every probe
// is asynchronous. A change of verdict is announced the moment it is reached.

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ip_address.h"
#include "model/health_check.h"
#include "model/operator_action.h"

namespace evenkeel::health {

enum class Verdict { kUnknown, kUp, kDown };

// One check to run: this real server, this way. `port` is resolved (check port, else the service's first port).
struct Target {
  model::RealServerKey key;
  IpAddress address;
  uint16_t port = 0;
  model::HealthCheck check;
  bool operator==(const Target&) const = default;
};

struct Status {
  model::RealServerKey key;
  Verdict verdict = Verdict::kUnknown;
  WallTime since;                      // of this verdict
  std::string reason;                  // last probe in words, secrets masked: "HTTP 500 where 200-299 is allowed"
  std::optional<WallTime> last_probe;  // none: not probed yet
  std::chrono::microseconds last_duration{0};
  int consecutive_failures = 0;
  bool operator==(const Status&) const = default;
};

class Monitor {
 public:
  // on_change is called on the io_context's thread once per change of verdict, never from within configure().
  using OnChange = std::function<void(const Status&)>;

  Monitor(boost::asio::io_context& io, const Clock& clock, OnChange on_change);
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  // Makes the running checks these. A target that is unchanged keeps its state and its rhythm; a new one is probed at
  // once (starts are spread); one that is gone is forgotten.
  void configure(std::vector<Target> targets);
  // Verdicts from before a restart: a target that is not yet probed takes the verdict given here instead of unknown.
  void restore(const std::vector<Status>& known);

  std::vector<Status> statuses() const;
  // Stops all probes; no callback after it returns.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace evenkeel::health
