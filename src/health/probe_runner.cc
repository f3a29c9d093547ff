#include "health/probe_runner.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "health/connect_probe.h"
#include "health/reason.h"
#include "health/rise_fall.h"
#include "model/check_kind.h"

namespace evenkeel::health {
namespace {

constexpr auto kStartStep = std::chrono::milliseconds(1);  // between the first probes of few new targets
constexpr size_t kMostStarts = 128;  // in a turn, so that thousands that are due together hold up nothing else

// "Always off" is a decision, not an observation that has to be repeated.
RiseFall::Limits limits_of(const model::HealthCheck& check) {
  return model::is_constant(check) ? RiseFall::Limits{} : RiseFall::Limits{check.failure_count, check.success_count};
}

}  // namespace

ProbeRunner::ProbeRunner(boost::asio::io_context& io, const Clock& clock, OnChange on_change, Pace pace,
                         Scripts scripts)
    : tools_(io, clock, std::move(scripts)), on_change_(std::move(on_change)), pace_(pace), timer_(io) {
  connects_.most = pace.connects_at_once;
  others_.most = pace.probes_at_once;
}

void ProbeRunner::configure(const std::map<ProbeKey, WantedProbe>& wanted) {
  for (auto& [key, entry] : entries_) {
    if (!wanted.contains(key)) forget(entry);
  }
  std::erase_if(entries_, [&](const auto& known) { return !wanted.contains(known.first); });
  std::vector<Entry*> fresh;
  for (const auto& [key, probe] : wanted) {
    const auto [at, is_new] = entries_.try_emplace(key);
    Entry& entry = at->second;
    entry.target = probe.target;  // equal but for whom it is for; so that there is only one of it
    if (!is_new) continue;
    entry.key = &at->first;
    entry.status = probe.before;
    entry.lane = probe.target.check().type == model::HealthCheckType::kConnect ? &connects_ : &others_;
    fresh.push_back(&entry);
  }
  tools_.patterns.clear();
  spread_starts(fresh);
  arm(Timer::clock_type::now());
}

// Neither waiting nor in flight after this.
void ProbeRunner::forget(Entry& entry) {
  if (entry.is_linked()) entry.unlink();
  if (!entry.probe) return;
  std::exchange(entry.probe, nullptr)->cancel();
  --entry.lane->in_flight;
}

// A few start within milliseconds, thousands over a second: a burst would hold up everything else on the loop.
void ProbeRunner::spread_starts(const std::vector<Entry*>& fresh) {
  constexpr double kGoldenRatio = 0.6180339887498949;  // successive multiples fill the interval evenly, however many
  const Due now = Timer::clock_type::now();
  const auto count = static_cast<int64_t>(fresh.size());
  for (int64_t i = 0; i < count; ++i) {
    Entry& entry = *fresh[static_cast<size_t>(i)];
    const auto spread = std::min(pace_.start_spread, interval_of(entry));
    const auto offset = std::min<std::chrono::microseconds>(kStartStep * i, spread * i / count);
    next_phase_ += kGoldenRatio;
    if (next_phase_ >= 1) next_phase_ -= 1;
    entry.rhythm = Rhythm(next_phase_);
    schedule(entry, now + offset);
  }
}

void ProbeRunner::schedule(Entry& entry, Due due) {
  entry.due = due;
  entry.lane->waiting.insert(entry);
}

void ProbeRunner::restore(const ProbeKey& key, const Status& known) {
  const auto found = entries_.find(key);
  if (found == entries_.end() || known.verdict == Verdict::kUnknown) return;
  Status& status = found->second.status;
  if (status.last_probe || status.verdict == Verdict::kUp) return;
  status = known;
  status.key = {};
}

const Status* ProbeRunner::find(const ProbeKey& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second.status;
}

std::vector<ProbeRecord> ProbeRunner::records(const ProbeKey& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? std::vector<ProbeRecord>{} : found->second.history.records();
}

void ProbeRunner::stop() {
  for (auto& [key, entry] : entries_) forget(entry);
  entries_.clear();
  armed_for_.reset();
  timer_.cancel();
}

void ProbeRunner::run_due() {
  last_turn_ = Timer::clock_type::now();
  size_t left = kMostStarts;
  for (Lane* lane : {&connects_, &others_}) {
    auto& waiting = lane->waiting;
    for (; left > 0 && !waiting.empty() && lane->has_room() && waiting.begin()->due <= last_turn_; --left) {
      Entry& entry = *waiting.begin();
      entry.unlink();
      start_probe(entry);
    }
  }
  arm(left > 0 ? last_turn_ + pace_.turn : last_turn_);
}

// One timer for all, set to the earliest, or earlier. Each time that it wakes the loop up costs as much as a probe:
// with thousands of them those of one turn share it.
void ProbeRunner::arm(Due not_before) {
  std::optional<Due> due;
  for (const Lane* lane : {&connects_, &others_}) {
    if (lane->waiting.empty() || !lane->has_room()) continue;
    const Due earliest = std::max(lane->waiting.begin()->due, not_before);
    due = std::min(due.value_or(earliest), earliest);
  }
  if (!due || (armed_for_ && *armed_for_ <= *due)) return;
  armed_for_ = due;
  timer_.expires_at(*due);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->armed_for_.reset();
    self->run_due();
  });
}

void ProbeRunner::start_probe(Entry& entry) {
  entry.probe_began = tools_.clock.steady_now();
  ++entry.lane->in_flight;
  // The probe is cancelled before the entry or the runner goes away, so the plain references live long enough.
  try {
    entry.probe = probe_of(entry.target);
    entry.probe->start([this, &entry](ProbeResult result) { finish_probe(entry, std::move(result)); });
  } catch (const std::exception& exception) {
    if (entry.probe) entry.probe->cancel();
    entry.probe.reset();
    --entry.lane->in_flight;
    entry.status.reason = not_checked(exception.what()).reason;
    schedule_next(entry);
  }
}

// Connects, which come by the thousand, need next to nothing of the target.
std::shared_ptr<Probe> ProbeRunner::probe_of(const SharedTarget& target) {
  if (target.check().type != model::HealthCheckType::kConnect) return make_probe(tools_, target.whole());
  return make_connect_probe(tools_, {target.address(), target.port()}, target.check().timeout);
}

void ProbeRunner::finish_probe(Entry& entry, ProbeResult result) {
  entry.probe.reset();
  --entry.lane->in_flight;
  const bool has_changed = judge(entry, std::move(result));
  schedule_next(entry);

  arm(last_turn_ + pace_.turn);
  if (!has_changed) return;
  const auto self = shared_from_this();  // the receiver may let go of it
  const ProbeKey key = *entry.key;
  on_change_(key);
}

// True if the verdict has changed.
bool ProbeRunner::judge(Entry& entry, ProbeResult result) {
  Status& status = entry.status;
  const auto duration =
      std::chrono::duration_cast<std::chrono::microseconds>(tools_.clock.steady_now() - entry.probe_began);
  result.trace.total = duration;
  entry.history.add(tools_.clock.wall_now(), result);
  status.reason = std::move(result.reason);
  RiseFall rise_fall(limits_of(entry.target.check()), status.verdict,
                     {status.consecutive_failures, status.consecutive_successes});
  const bool has_changed = rise_fall.count(result.outcome);
  status.verdict = rise_fall.verdict();
  status.consecutive_failures = rise_fall.counts().failures;
  status.consecutive_successes = rise_fall.counts().successes;
  if (result.outcome != Outcome::kNotChecked) {
    status.last_probe = tools_.clock.wall_now();
    status.last_duration = duration;
  }
  if (has_changed) status.since = tools_.clock.wall_now();
  return has_changed;
}

void ProbeRunner::schedule_next(Entry& entry) {
  if (model::is_constant(entry.target.check())) return;
  const std::chrono::duration<double, std::micro> interval = interval_of(entry) * jitter_of(entry);
  schedule(entry, entry.rhythm.next(entry.due, interval, Timer::clock_type::now()));
}

// By what the interval is multiplied this time.
double ProbeRunner::jitter_of(const Entry& entry) {
  constexpr double kPercent = 0.01;
  const double most = entry.target.check().jitter * kPercent;
  return std::uniform_real_distribution(1 - most, 1 + most)(random_);
}

std::chrono::microseconds ProbeRunner::interval_of(const Entry& entry) const {
  return pace_.second * model::interval_of(entry.target.check()).count();
}

}  // namespace evenkeel::health
