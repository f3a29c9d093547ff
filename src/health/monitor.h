#pragma once
// The health engine: probes real servers, counts failures, and says who is up. Runs on the control loop; every probe
// is asynchronous. A change of verdict is announced the moment it is reached. Equal probes are made once, whoever needs
// them: probe_runner.h. What several checks make of a real server: composition.h.

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ip_address.h"
#include "health/history.h"
#include "model/health_check.h"
#include "model/operator_action.h"
#include "model/virtual_service.h"

namespace evenkeel::health {

enum class Verdict { kUnknown, kUp, kDown };

// One check to run: this real server, this way. `port` is resolved (check port, else the service's first port).
// A real server may have several: with the same number they are ports of one check, which all must pass.
struct Target {
  model::RealServerKey key;
  IpAddress address;
  uint16_t port = 0;
  model::HealthCheck check;
  model::Protocol served = model::Protocol::kTcp;  // the virtual service's: what DNS and SIP are asked over
  Endpoint virtual_endpoint{};                     // what clients connect to, for scripts; its first port
  int number = 0;                                  // of the check, among those of its real server
  int required = 0;  // how many of the real server's checks must pass; 0: every one. The same in all of them
  int quorum = 1;    // follow: how many real servers of the followed virtual service must be up
  bool operator==(const Target&) const = default;
};

struct Status {
  model::RealServerKey key;
  Verdict verdict = Verdict::kUnknown;
  WallTime since;                      // of this verdict
  std::string reason;                  // last probe in words, secrets masked: "HTTP 500 where 200-299 is allowed"
  std::optional<WallTime> last_probe;  // end of the last probe that said something; none: not probed yet
  std::chrono::microseconds last_duration{0};
  int consecutive_failures = 0;
  int consecutive_successes = 0;  // not above the check's success_count
  bool operator==(const Status&) const = default;
};

// What external scripts need. Empty paths: there are no scripts.
struct Scripts {
  std::string directory;  // of the scripts, absolute
  std::string user;       // who they run as; not root
  std::string sandbox;    // the program that runs one: evenkeel-sandbox
};

// How probes are spread over time. The defaults are for production; tests make seconds short.
struct Pace {
  std::chrono::microseconds second = std::chrono::seconds(1);        // what one second of a check's interval lasts
  std::chrono::microseconds start_spread = std::chrono::seconds(1);  // at most this long until a new target's probe
  std::chrono::microseconds turn = std::chrono::milliseconds(5);     // what is due within it is begun together
  size_t probes_at_once = 512;                                       // the others wait for their turn
  size_t connects_at_once = 8192;                                    // of type connect: these need next to nothing
};

class Monitor {
 public:
  // on_change is called on the io_context's thread once per change of verdict, never from within configure(). It may
  // call any function of the Monitor, and destroy it.
  using OnChange = std::function<void(const Status&)>;

  Monitor(boost::asio::io_context& io, const Clock& clock, OnChange on_change, Pace pace = {}, Scripts scripts = {});
  ~Monitor();
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  // Makes the running checks these. A target that is unchanged keeps its state and its rhythm; a new one is probed at
  // once (starts are spread); one that is gone is forgotten, without a callback. A target whose check has changed keeps
  // its verdict until a probe says otherwise, and so does a real server that gets another check; at another address it
  // is another server, and unknown. What follows another virtual service must not do so in a circle.
  void configure(std::vector<Target> targets);
  // Verdicts from before a restart: a target that is not yet probed takes the verdict given here instead of unknown.
  // May come before or after the first configure(). Announces nothing.
  void restore(const std::vector<Status>& known);

  std::vector<Status> statuses() const;
  // How a real server is checked, with the last probes, newest first. None: it is not known here.
  struct CheckReport {
    std::string name;  // "http on port 9191"
    Target target;
    Verdict verdict = Verdict::kUnknown;
    std::vector<ProbeRecord> probes;
  };
  using Report = std::vector<CheckReport>;  // one for each target
  std::optional<Report> report(const model::RealServerKey& key) const;
  // Stops all probes; no callback after it returns.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace evenkeel::health
