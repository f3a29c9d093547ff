#include "health/monitor.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <new>
#include <set>
#include <utility>

#include "health/probes.h"
#include "health/reason.h"
#include "health/rise_fall.h"

namespace evenkeel::health {
namespace {

using Timer = boost::asio::steady_timer;
using Due = Timer::time_point;

constexpr auto kStartStep = std::chrono::milliseconds(1);  // between the first probes of few new targets
constexpr int kSettlingGaps = 2;

// Everything about one target.
struct Entry {
  Target target;
  Status status;
  History history;
  Due due;                     // of the next probe, while none is in flight
  Due started;                 // the last probe's start
  double phase = 0;            // 0..1, spreads targets over their interval
  int settling_gaps = 0;       // gaps still to be shortened until the phase is reached
  uint64_t configuration = 0;  // the last configure() that named it
  std::shared_ptr<Probe> probe;
  SteadyTime probe_began;
};

bool is_constant(const model::HealthCheck& check) {
  return check.type == model::HealthCheckType::kAlwaysOn || check.type == model::HealthCheckType::kAlwaysOff;
}

// "Always off" is a decision, not an observation that has to be repeated.
int failures_until_down(const model::HealthCheck& check) {
  return is_constant(check) ? 1 : check.failure_count;
}

}  // namespace

class Monitor::Impl : public std::enable_shared_from_this<Monitor::Impl> {
 public:
  Impl(boost::asio::io_context& io, const Clock& clock, OnChange on_change, Pace pace, Scripts scripts)
      : tools_(io, clock, std::move(scripts)), on_change_(std::move(on_change)), pace_(pace), timer_(io) {}

  void configure(std::vector<Target> targets);
  void restore(const std::vector<Status>& known);
  std::vector<Status> statuses() const;
  std::optional<Report> report(const model::RealServerKey& key) const;
  void stop();

 private:
  using Entries = std::map<model::RealServerKey, Entry>;

  bool take(Target target);
  void forget(Entry& entry);
  void remove_unnamed();
  void spread_starts(const std::vector<Entry*>& fresh);
  void schedule(Entry& entry, Due due);
  void restore_one(Entry& entry, const Status& known);

  void run_due();
  void arm();
  void start_probe(Entry& entry);
  void finish_probe(Entry& entry, ProbeResult result);
  void schedule_next(Entry& entry);
  std::chrono::microseconds interval_of(const Entry& entry) const;

  ProbeTools tools_;
  OnChange on_change_;
  Pace pace_;
  Timer timer_;
  std::optional<Due> armed_for_;
  Entries entries_;
  std::set<std::pair<Due, Entry*>> waiting_;  // those without a probe in flight; the earliest first
  size_t probes_in_flight_ = 0;
  uint64_t configuration_ = 0;
  double next_phase_ = 0;
  std::map<model::RealServerKey, Status> restored_;  // for targets that are not configured yet
};

void Monitor::Impl::configure(std::vector<Target> targets) {
  ++configuration_;
  std::vector<Entry*> fresh;
  for (Target& target : targets) {
    const model::RealServerKey key = target.key;
    if (take(std::move(target))) fresh.push_back(&entries_.at(key));
  }
  remove_unnamed();
  restored_.clear();
  tools_.patterns.clear();
  spread_starts(fresh);
  arm();
}

// True if the target is to be probed now: it is new or has changed.
bool Monitor::Impl::take(Target target) {
  const auto [at, is_new] = entries_.try_emplace(target.key);
  Entry& entry = at->second;
  entry.configuration = configuration_;
  if (!is_new && entry.target == target) return false;
  if (!is_new) forget(entry);
  if (is_new || entry.target.address != target.address) {
    entry.status = {};
    entry.status.key = target.key;
    entry.status.since = tools_.clock.wall_now();
  }
  entry.status.consecutive_failures = 0;
  entry.history = {};  // it was about another check
  entry.target = std::move(target);
  if (const auto known = restored_.find(entry.target.key); known != restored_.end()) restore_one(entry, known->second);
  return true;
}

// Neither waiting nor in flight after this.
void Monitor::Impl::forget(Entry& entry) {
  waiting_.erase({entry.due, &entry});
  if (!entry.probe) return;
  std::exchange(entry.probe, nullptr)->cancel();
  --probes_in_flight_;
}

void Monitor::Impl::remove_unnamed() {
  for (auto at = entries_.begin(); at != entries_.end();) {
    if (at->second.configuration == configuration_) {
      ++at;
      continue;
    }
    forget(at->second);
    at = entries_.erase(at);
  }
}

// A few start within milliseconds, thousands over a second: a burst would hold up everything else on the loop.
void Monitor::Impl::spread_starts(const std::vector<Entry*>& fresh) {
  constexpr double kGoldenRatio = 0.6180339887498949;  // successive multiples fill the interval evenly, however many
  const Due now = Timer::clock_type::now();
  const auto count = static_cast<int64_t>(fresh.size());
  for (int64_t i = 0; i < count; ++i) {
    Entry& entry = *fresh[static_cast<size_t>(i)];
    const auto spread = std::min(pace_.start_spread, interval_of(entry));
    const auto offset = std::min<std::chrono::microseconds>(kStartStep * i, spread * i / count);
    next_phase_ += kGoldenRatio;
    if (next_phase_ >= 1) next_phase_ -= 1;
    entry.phase = next_phase_;
    entry.settling_gaps = kSettlingGaps;
    schedule(entry, now + offset);
  }
}

void Monitor::Impl::schedule(Entry& entry, Due due) {
  entry.due = due;
  waiting_.emplace(due, &entry);
}

void Monitor::Impl::restore(const std::vector<Status>& known) {
  for (const Status& status : known) {
    if (const auto at = entries_.find(status.key); at != entries_.end()) {
      restore_one(at->second, status);
    } else {
      restored_[status.key] = status;
    }
  }
}

void Monitor::Impl::restore_one(Entry& entry, const Status& known) {
  if (entry.status.last_probe || known.verdict == Verdict::kUnknown) return;
  entry.status = known;
}

std::vector<Status> Monitor::Impl::statuses() const {
  std::vector<Status> result;
  result.reserve(entries_.size());
  for (const auto& [key, entry] : entries_) result.push_back(entry.status);
  return result;
}

std::optional<Monitor::Report> Monitor::Impl::report(const model::RealServerKey& key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  return Report{found->second.target, found->second.history.records()};
}

void Monitor::Impl::stop() {
  for (auto& [key, entry] : entries_) forget(entry);
  entries_.clear();
  restored_.clear();
  armed_for_.reset();
  timer_.cancel();
}

void Monitor::Impl::run_due() {
  const Due now = Timer::clock_type::now();
  while (!waiting_.empty() && probes_in_flight_ < pace_.probes_at_once && waiting_.begin()->first <= now) {
    Entry& entry = *waiting_.begin()->second;
    waiting_.erase(waiting_.begin());
    start_probe(entry);
  }
  arm();
}

// One timer for all targets, set to the earliest. While all probes are in use the end of one of them goes on instead.
void Monitor::Impl::arm() {
  const bool is_wanted = !waiting_.empty() && probes_in_flight_ < pace_.probes_at_once;
  const auto due = is_wanted ? std::optional(waiting_.begin()->first) : std::nullopt;
  if (due == armed_for_) return;
  armed_for_ = due;
  if (!due) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(*due);
  timer_.async_wait([weak = weak_from_this(), due](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->armed_for_ != due) return;
    self->armed_for_.reset();
    self->run_due();
  });
}

void Monitor::Impl::start_probe(Entry& entry) {
  entry.started = Timer::clock_type::now();
  entry.probe_began = tools_.clock.steady_now();
  ++probes_in_flight_;
  // The probe is cancelled before the entry or the Impl goes away, so the plain references live long enough.
  try {
    entry.probe = make_probe(tools_, entry.target);
    entry.probe->start([this, &entry](ProbeResult result) { finish_probe(entry, std::move(result)); });
  } catch (const std::exception& exception) {
    if (entry.probe) entry.probe->cancel();
    entry.probe.reset();
    --probes_in_flight_;
    entry.status.reason = not_checked(exception.what()).reason;
    schedule_next(entry);
  }
}

void Monitor::Impl::finish_probe(Entry& entry, ProbeResult result) {
  entry.probe.reset();
  --probes_in_flight_;
  Status& status = entry.status;
  const auto duration =
      std::chrono::duration_cast<std::chrono::microseconds>(tools_.clock.steady_now() - entry.probe_began);
  result.trace.total = duration;
  entry.history.add(tools_.clock.wall_now(), result);
  status.reason = std::move(result.reason);
  RiseFall rise_fall(failures_until_down(entry.target.check), status.verdict, status.consecutive_failures);
  const bool has_changed = rise_fall.count(result.outcome);
  status.verdict = rise_fall.verdict();
  status.consecutive_failures = rise_fall.consecutive_failures();
  if (result.outcome != Outcome::kNotChecked) {
    status.last_probe = tools_.clock.wall_now();
    status.last_duration = duration;
  }
  if (has_changed) status.since = tools_.clock.wall_now();
  schedule_next(entry);

  const auto self = shared_from_this();  // the receiver may destroy the Monitor
  const Status announced = has_changed ? status : Status{};
  run_due();
  if (has_changed && on_change_) on_change_(announced);
}

// From start to start, so that a slow answer does not shift the rhythm; a probe that took longer than the interval is
// followed by the next at once. The first gaps are shorter, which spreads targets that began together over the
// interval.
void Monitor::Impl::schedule_next(Entry& entry) {
  if (is_constant(entry.target.check)) return;
  std::chrono::duration<double, std::micro> gap = interval_of(entry);
  if (entry.settling_gaps > 0) {
    --entry.settling_gaps;
    gap *= 1 - entry.phase / kSettlingGaps;
  }
  const Due next = entry.started + std::chrono::duration_cast<std::chrono::microseconds>(gap);
  schedule(entry, std::max(next, Timer::clock_type::now()));
}

std::chrono::microseconds Monitor::Impl::interval_of(const Entry& entry) const {
  return pace_.second * entry.target.check.interval.count();
}

Monitor::Monitor(boost::asio::io_context& io, const Clock& clock, OnChange on_change, Pace pace, Scripts scripts)
    : impl_(std::make_shared<Impl>(io, clock, std::move(on_change), pace, std::move(scripts))) {}

Monitor::~Monitor() {
  impl_->stop();
}

void Monitor::configure(std::vector<Target> targets) {
  impl_->configure(std::move(targets));
}

void Monitor::restore(const std::vector<Status>& known) {
  impl_->restore(known);
}

std::vector<Status> Monitor::statuses() const {
  return impl_->statuses();
}

std::optional<Monitor::Report> Monitor::report(const model::RealServerKey& key) const {
  return impl_->report(key);
}

void Monitor::stop() {
  impl_->stop();
}

}  // namespace evenkeel::health
