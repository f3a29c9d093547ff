#pragma once
// Makes probes again and again, each in its rhythm, and counts what they say. It does not know whom they are for: a
// probe that several real servers need is made once. Lives on the control loop.

#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/set.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "health/monitor.h"
#include "health/probes.h"
#include "health/rhythm.h"
#include "health/shared_target.h"

namespace evenkeel::health {

// What is asked, of whom. In an order in which neighbours are different machines: starts are spread by it.
struct ProbeKey {
  uint64_t settings = 0;  // a number for all that the check says, timing included, and a script is told
  uint16_t port = 0;
  model::Protocol served = model::Protocol::kTcp;
  IpAddress address;
  auto operator<=>(const ProbeKey&) const = default;
};

struct WantedProbe {
  SharedTarget target;
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

  using Hook = boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
  struct Lane;
  struct Entry : Hook {
    const ProbeKey* key = nullptr;  // where it stands in entries_
    SharedTarget target;
    Lane* lane = nullptr;
    Status status;
    History history;
    Due due;  // of the probe that is in flight, else of the next one
    Rhythm rhythm;
    std::shared_ptr<Probe> probe;
    SteadyTime probe_began;
  };
  struct Earlier {
    bool operator()(const Entry& a, const Entry& b) const { return a.due < b.due; }
  };
  using Waiting = boost::intrusive::multiset<Entry, boost::intrusive::compare<Earlier>,
                                             boost::intrusive::constant_time_size<false>>;
  // Probes that may be under way at the same time.
  struct Lane {
    size_t most = 0;
    size_t in_flight = 0;
    Waiting waiting;  // those without a probe in flight; the earliest first
    bool has_room() const { return in_flight < most; }
  };

  void forget(Entry& entry);
  void spread_starts(const std::vector<Entry*>& fresh);
  void schedule(Entry& entry, Due due);
  void run_due();
  void arm(Due not_before);
  void start_probe(Entry& entry);
  std::shared_ptr<Probe> probe_of(const SharedTarget& target);
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
