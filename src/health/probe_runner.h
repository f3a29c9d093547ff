#pragma once
// Makes probes again and again, each in its rhythm, and counts what they say. It does not know whom they are for: a
// probe that several real servers need is made once. Lives on the control loop.

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "health/monitor.h"
#include "health/probes.h"
#include "health/rhythm.h"

namespace evenkeel::health {

// What is asked, of whom. In an order in which neighbours are different machines: starts are spread by it.
struct ProbeKey {
  uint64_t settings = 0;  // a number for all that the check says, timing included
  uint16_t port = 0;
  model::Protocol served = model::Protocol::kTcp;
  IpAddress address;
  // Empty but for scripts: these are told whom they run for, so each is of one real server of one virtual service.
  model::RealServerKey owner;
  Endpoint virtual_endpoint{};
  auto operator<=>(const ProbeKey&) const = default;
};

struct WantedProbe {
  std::shared_ptr<const Target> target;
  Status before;  // what a probe that is new here begins with
};

class ProbeRunner : public std::enable_shared_from_this<ProbeRunner> {
 public:
  // Called at the end of each probe that changed its verdict; may call any function, and let go of the runner.
  using OnChange = std::function<void(const ProbeKey&)>;

  ProbeRunner(boost::asio::io_context& io, const Clock& clock, OnChange on_change, Pace pace, Scripts scripts = {});

  // Those that are known already keep state and rhythm, others are begun, the rest is forgotten.
  void configure(const std::map<ProbeKey, WantedProbe>& wanted);
  // A verdict from before a restart, for a probe that has not been made yet. Of several, "up" holds.
  void restore(const ProbeKey& key, const Status& known);

  // Null: not known here. The status has no real server's key.
  const Status* find(const ProbeKey& key) const;
  std::vector<ProbeRecord> records(const ProbeKey& key) const;
  void stop();

 private:
  using Timer = boost::asio::steady_timer;
  using Due = Timer::time_point;

  struct Entry;
  // Probes that may be under way at the same time.
  struct Lane {
    size_t most = 0;
    size_t in_flight = 0;
    std::set<std::pair<Due, Entry*>> waiting;  // those without a probe in flight; the earliest first
    bool has_room() const { return in_flight < most; }
  };

  struct Entry {
    ProbeKey key;
    std::shared_ptr<const Target> target;
    Lane* lane = nullptr;
    Status status;
    History history;
    Due due;      // of the next probe, while none is in flight
    Due started;  // the last probe's start
    Rhythm rhythm;
    std::shared_ptr<Probe> probe;
    SteadyTime probe_began;
  };

  void forget(Entry& entry);
  void spread_starts(const std::vector<Entry*>& fresh);
  void schedule(Entry& entry, Due due);
  void run_due();
  void arm(Due not_before);
  void start_probe(Entry& entry);
  void finish_probe(Entry& entry, ProbeResult result);
  bool judge(Entry& entry, ProbeResult result);
  void schedule_next(Entry& entry);
  double jitter_of(const Entry& entry);
  std::chrono::microseconds interval_of(const Entry& entry) const;

  ProbeTools tools_;
  OnChange on_change_;
  Pace pace_;
  Timer timer_;
  std::optional<Due> armed_for_;
  Due last_turn_{};
  Lane connects_, others_;
  std::map<ProbeKey, Entry> entries_;
  double next_phase_ = 0;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace evenkeel::health
