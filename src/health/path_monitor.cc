#include "health/path_monitor.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <random>
#include <utility>

#include "health/path_probe.h"

namespace evenkeel::health {
namespace {

using Timer = boost::asio::steady_timer;

constexpr std::chrono::milliseconds kStartStep{1};       // between the first probes of new targets
constexpr std::chrono::milliseconds kAgainSoon{100};     // when there was trouble that will pass
constexpr std::chrono::milliseconds kUdpPatience{1000};  // silence is no fault of a UDP service: do not wait for it

std::chrono::milliseconds patience(const PathTarget& target) {
  return target.is_udp ? std::min(target.timeout, kUdpPatience) : target.timeout;
}

}  // namespace

class PathMonitor::Impl : public std::enable_shared_from_this<PathMonitor::Impl> {
 public:
  Impl(boost::asio::io_context& io, const Clock& clock, Surroundings surroundings, OnChange on_change,
       std::chrono::microseconds second)
      : io_(io),
        clock_(clock),
        surroundings_(std::move(surroundings)),
        on_change_(std::move(on_change)),
        second_(second) {}

  void configure(std::vector<PathTarget> targets);
  void restore(const std::vector<PathStatus>& known);
  void recheck(const model::RealServerKey& key);
  const PathStatus* find(const model::RealServerKey& key) const;
  std::vector<PathStatus> statuses() const;
  void stop();

 private:
  struct Entry {
    Entry(boost::asio::io_context& io, PathTarget wanted) : target(std::move(wanted)), timer(io) {}
    PathTarget target;
    PathStatus status;
    Timer timer;                     // to the next probe; within one to its half and to its end
    std::optional<PathProbe> probe;  // in flight
    Timer::time_point started;
    bool is_wanted = true;
  };
  using Step = void (Impl::*)(Entry&);

  bool take(PathTarget target);
  void reset(Entry& entry);
  void begin_probe(Entry& entry, PathWay way);
  void end_probe(Entry& entry);
  void after(Entry& entry, Timer::time_point due, Step step);
  void start(Entry& entry);
  void remind(Entry& entry);
  void expire(Entry& entry);
  void finish(Entry& entry, const PathResult& result);
  void schedule_next(Entry& entry, PathOutcome outcome);
  Result<> ensure_wire();
  bool send(Entry& entry, const std::vector<Packet>& packets);
  uint16_t free_port(const Endpoint& virtual_endpoint);
  void on_packet(std::span<const uint8_t> packet, const MacAddress& from);

  boost::asio::io_context& io_;
  const Clock& clock_;
  Surroundings surroundings_;
  OnChange on_change_;
  std::chrono::microseconds second_;
  std::map<model::RealServerKey, std::unique_ptr<Entry>> entries_;
  std::map<model::RealServerKey, PathStatus> restored_;  // for targets that are not configured yet
  std::mt19937 random_{std::random_device{}()};
  uint16_t block_ = random_port_block();
  std::multimap<uint16_t, Entry*> in_flight_;  // by the port that the probe asks from
  std::unique_ptr<PathWire> wire_;
};

void PathMonitor::Impl::configure(std::vector<PathTarget> targets) {
  for (auto& [key, entry] : entries_) entry->is_wanted = false;
  std::vector<model::RealServerKey> fresh;
  for (PathTarget& target : targets) {
    auto key = target.key;
    if (take(std::move(target))) fresh.push_back(std::move(key));
  }
  for (auto& [key, entry] : entries_) {
    if (!entry->is_wanted) end_probe(*entry);
  }
  std::erase_if(entries_, [](const auto& entry) { return !entry.second->is_wanted; });
  restored_.clear();
  const auto now = Timer::clock_type::now();
  const auto count = static_cast<int64_t>(fresh.size());
  for (int64_t i = 0; i < count; ++i) {
    const std::chrono::microseconds offset = std::min<std::chrono::microseconds>(kStartStep * i, second_ * i / count);
    after(*entries_.at(fresh[static_cast<size_t>(i)]), now + offset, &Impl::start);
  }
}

// True if it is to be probed now: it is new or has changed.
bool PathMonitor::Impl::take(PathTarget target) {
  auto& entry = entries_[target.key];
  if (!entry) {
    entry = std::make_unique<Entry>(io_, std::move(target));
    reset(*entry);
    if (const auto known = restored_.find(entry->target.key); known != restored_.end()) entry->status = known->second;
    return true;
  }
  entry->is_wanted = true;
  if (entry->target == target) return false;
  const bool is_same_path =
      entry->target.address == target.address && entry->target.virtual_endpoint == target.virtual_endpoint;
  entry->target = std::move(target);
  end_probe(*entry);
  if (!is_same_path) reset(*entry);
  return true;
}

void PathMonitor::Impl::reset(Entry& entry) {
  entry.status = {};
  entry.status.key = entry.target.key;
  entry.status.since = clock_.wall_now();
}

void PathMonitor::Impl::restore(const std::vector<PathStatus>& known) {
  for (const PathStatus& status : known) {
    const auto at = entries_.find(status.key);
    if (at == entries_.end()) {
      restored_[status.key] = status;
    } else if (at->second->status.is_pending) {
      at->second->status = status;
    }
  }
}

void PathMonitor::Impl::recheck(const model::RealServerKey& key) {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return;
  end_probe(*at->second);
  reset(*at->second);
  after(*at->second, Timer::clock_type::now(), &Impl::start);
}

const PathStatus* PathMonitor::Impl::find(const model::RealServerKey& key) const {
  const auto at = entries_.find(key);
  return at == entries_.end() ? nullptr : &at->second->status;
}

std::vector<PathStatus> PathMonitor::Impl::statuses() const {
  std::vector<PathStatus> statuses;
  statuses.reserve(entries_.size());
  for (const auto& [key, entry] : entries_) statuses.push_back(entry->status);
  return statuses;
}

void PathMonitor::Impl::stop() {
  in_flight_.clear();
  entries_.clear();
  wire_.reset();
  on_change_ = nullptr;
}

// One thing at a time for each entry: a new appointment cancels the one before. The handler of a timer that has fired
// already finds another appointment, or no entry.
void PathMonitor::Impl::after(Entry& entry, Timer::time_point due, Step step) {
  entry.timer.expires_at(due);
  entry.timer.async_wait(
      [weak = weak_from_this(), key = entry.target.key, due, step](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (error || !self) return;
        const auto at = self->entries_.find(key);
        if (at != self->entries_.end() && at->second->timer.expiry() == due) (self.get()->*step)(*at->second);
      });
}

void PathMonitor::Impl::start(Entry& entry) {
  entry.started = Timer::clock_type::now();
  if (auto ready = ensure_wire(); !ready) {
    return finish(entry, {PathOutcome::kUndecided, "not checked: " + to_string(ready.error())});
  }
  auto way = surroundings_.way_to(entry.target.address);
  if (!way) {
    const bool will_pass = way.error().code == ErrorCode::kUnavailable;
    const auto outcome = will_pass ? PathOutcome::kNotChecked : PathOutcome::kUndecided;
    return finish(entry, {outcome, "not checked: " + to_string(way.error())});
  }
  begin_probe(entry, std::move(*way));
  if (!send(entry, entry.probe->begin().send)) return;
  after(entry, entry.started + patience(entry.target) / 2, &Impl::remind);
}

void PathMonitor::Impl::begin_probe(Entry& entry, PathWay way) {
  const uint16_t port = free_port(entry.target.virtual_endpoint);
  entry.probe.emplace(entry.target, std::move(way), port, static_cast<uint32_t>(random_()),
                      static_cast<uint32_t>(random_()));
  in_flight_.emplace(port, &entry);
}

void PathMonitor::Impl::end_probe(Entry& entry) {
  if (!entry.probe) return;
  const auto [first, last] = in_flight_.equal_range(entry.probe->port());
  for (auto at = first; at != last; ++at) {
    if (at->second != &entry) continue;
    in_flight_.erase(at);
    break;
  }
  entry.probe.reset();
}

void PathMonitor::Impl::remind(Entry& entry) {
  const auto step = entry.probe->remind();
  if (send(entry, step.send)) after(entry, entry.started + patience(entry.target), &Impl::expire);
}

void PathMonitor::Impl::expire(Entry& entry) {
  finish(entry, entry.probe->expire(patience(entry.target)));
}

Result<> PathMonitor::Impl::ensure_wire() {
  if (wire_) return {};
  auto wire = surroundings_.open_wire(block_, [weak = weak_from_this()](auto packet, const MacAddress& from) {
    if (const auto self = weak.lock()) self->on_packet(packet, from);
  });
  if (!wire) return fail(wire.error());
  wire_ = std::move(*wire);
  return {};
}

// False when the probe is over because the load balancer itself could not send.
bool PathMonitor::Impl::send(Entry& entry, const std::vector<Packet>& packets) {
  for (const Packet& packet : packets) {
    auto sent = wire_->send(entry.probe->way(), packet);
    if (sent) continue;
    finish(entry, {PathOutcome::kNotChecked, "not checked: " + to_string(sent.error())});
    return false;
  }
  return true;
}

// One that no other probe of the same virtual endpoint uses now, so that answers over UDP are told apart.
uint16_t PathMonitor::Impl::free_port(const Endpoint& virtual_endpoint) {
  const auto is_taken = [&](uint16_t port) {
    const auto [first, last] = in_flight_.equal_range(port);
    return std::any_of(first, last,
                       [&](const auto& other) { return other.second->target.virtual_endpoint == virtual_endpoint; });
  };
  constexpr int kTries = 8;
  uint16_t port = 0;
  for (int i = 0; i < kTries; ++i) {
    port = static_cast<uint16_t>(block_ + random_() % kPortsInBlock);
    if (!is_taken(port)) break;
  }
  return port;
}

void PathMonitor::Impl::on_packet(std::span<const uint8_t> packet, const MacAddress& from) {
  const auto answer = parse_path_answer(packet);
  if (!answer) return;
  // An ICMP error about a tunnel may say no port.
  const uint16_t port = answer->flow.source.port;
  const auto first = port == 0 ? in_flight_.begin() : in_flight_.lower_bound(port);
  const auto last = port == 0 ? in_flight_.end() : in_flight_.upper_bound(port);
  for (auto at = first; at != last; ++at) {
    Entry& entry = *at->second;
    PathProbe::Sender sender{from, {}};
    if (from != entry.probe->way().mac) sender.other_server = surroundings_.other_owner_of(from, entry.target.address);
    const auto step = entry.probe->take(*answer, sender, Timer::clock_type::now() - entry.started);
    if (!step) continue;
    if (send(entry, step->send) && step->result) finish(entry, *step->result);
    return;
  }
}

void PathMonitor::Impl::finish(Entry& entry, const PathResult& result) {
  end_probe(entry);
  const bool has_changed = count(entry.status, result, entry.target.failure_count, clock_.wall_now());
  schedule_next(entry, result.outcome);
  const auto self = shared_from_this();  // the receiver may destroy the monitor
  const PathStatus announced = entry.status;
  if (has_changed && on_change_) on_change_(announced);
}

void PathMonitor::Impl::schedule_next(Entry& entry, PathOutcome outcome) {
  std::chrono::microseconds gap = second_ * entry.target.interval.count();
  if (outcome == PathOutcome::kNotChecked) gap = std::min<std::chrono::microseconds>(gap, kAgainSoon);
  after(entry, std::max(entry.started + gap, Timer::clock_type::now()), &Impl::start);
}

PathMonitor::PathMonitor(boost::asio::io_context& io, const Clock& clock, Surroundings surroundings, OnChange on_change,
                         std::chrono::microseconds second)
    : impl_(std::make_shared<Impl>(io, clock, std::move(surroundings), std::move(on_change), second)) {}

PathMonitor::~PathMonitor() {
  impl_->stop();
}

void PathMonitor::configure(std::vector<PathTarget> targets) {
  impl_->configure(std::move(targets));
}
void PathMonitor::restore(const std::vector<PathStatus>& known) {
  impl_->restore(known);
}
void PathMonitor::recheck(const model::RealServerKey& key) {
  impl_->recheck(key);
}
const PathStatus* PathMonitor::find(const model::RealServerKey& key) const {
  return impl_->find(key);
}
std::vector<PathStatus> PathMonitor::statuses() const {
  return impl_->statuses();
}
void PathMonitor::stop() {
  impl_->stop();
}

}  // namespace evenkeel::health
