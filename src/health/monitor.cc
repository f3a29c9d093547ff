#include "health/monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "health/composition.h"
#include "health/followed.h"
#include "health/probe_runner.h"
#include "health/shared_target.h"
#include "model/check_kind.h"

namespace evenkeel::health {
namespace {

bool follows(const model::HealthCheck& check) {
  return check.type == model::HealthCheckType::kFollow;
}

// What one target of a real server comes to: a probe, shared or not, or another virtual service's health.
struct Part {
  SharedTarget target;
  ProbeKey probe;  // means nothing for one that follows
};

struct Subject {
  std::vector<Part> parts;  // in the order of their checks
  Verdict verdict = Verdict::kUnknown;
  WallTime since;
  const IpAddress& address() const { return parts.front().target.address(); }
  int required() const { return parts.front().target.common().required; }
};

using Subjects = std::map<model::RealServerKey, Subject>;

// Equal settings get one number, which stays theirs for as long as anything has them.
class SettingsNumbers {
 public:
  void begin() { before_ = std::exchange(numbers_, {}); }
  uint64_t number_of(const model::HealthCheck& check) {
    // Mostly it is that of the virtual service's real server before.
    const auto recent = std::ranges::find(recent_, check, &Recent::first);
    if (recent != recent_.end()) return recent->second;
    const uint64_t number = number_of_text(model::settings_text(check));
    if (recent_.size() >= model::kMostChecks) recent_.clear();
    recent_.emplace_back(check, number);
    return number;
  }
  // A script is told whom it runs for, so it is of one real server of one virtual service.
  uint64_t number_of_script(const Target& target) {
    return number_of_text(fmt::format("{}\n{}\n{}\n{}", model::settings_text(target.check), target.key.virtual_service,
                                      target.key.real_server, target.virtual_endpoint.to_string()));
  }
  void end() {
    before_.clear();
    recent_.clear();
  }

 private:
  using Recent = std::pair<model::HealthCheck, uint64_t>;

  uint64_t number_of_text(std::string text) {
    const auto before = before_.find(text);
    const auto [at, is_new] = numbers_.try_emplace(std::move(text), before == before_.end() ? next_ : before->second);
    if (is_new && before == before_.end()) ++next_;
    return at->second;
  }

  std::map<std::string, uint64_t> numbers_, before_;
  std::vector<Recent> recent_;
  uint64_t next_ = 0;
};

}  // namespace

class Monitor::Impl : public std::enable_shared_from_this<Monitor::Impl> {
 public:
  Impl(boost::asio::io_context& io, const Clock& clock, OnChange on_change, Pace pace, Scripts scripts)
      : clock_(clock),
        on_change_(std::move(on_change)),
        runner_(std::make_shared<ProbeRunner>(
            io, clock, [this](const ProbeKey& probe) { on_probe(probe); }, pace, std::move(scripts))) {}

  void configure(std::vector<Target> targets);
  void restore(const std::vector<Status>& known);
  std::vector<Status> statuses() const;
  std::optional<Report> report(const model::RealServerKey& key) const;
  void stop();

 private:
  Subjects subjects_of(std::vector<Target> targets);
  ProbeKey probe_of(const Target& target);
  std::map<ProbeKey, WantedProbe> probes_of(const Subjects& wanted) const;
  Status begin_with(const model::RealServerKey& key, const Subject& subject, size_t part) const;
  void take(Subjects wanted);
  void on_probe(const ProbeKey& probe);
  std::set<model::RealServerKey> refresh(std::vector<model::RealServerKey> concerned);

  CheckInWords in_words(const Part& part) const;
  std::vector<CheckInWords> checks_of(const Subject& subject) const;
  Status status_of(const model::RealServerKey& key, const Subject& subject) const;
  Status in_all(const Subject& subject) const;
  FollowedHealth health_of(const std::string& virtual_service) const;

  const Clock& clock_;
  OnChange on_change_;
  std::shared_ptr<ProbeRunner> runner_;
  SettingsNumbers settings_;
  Subjects subjects_;
  std::map<ProbeKey, std::vector<model::RealServerKey>> users_;         // of each probe
  std::map<std::string, std::vector<model::RealServerKey>> followers_;  // of each virtual service
  std::map<model::RealServerKey, Status> restored_;                     // for what is not configured yet
  bool stopped_ = false;
};

void Monitor::Impl::configure(std::vector<Target> targets) {
  Subjects wanted = subjects_of(std::move(targets));
  runner_->configure(probes_of(wanted));
  take(std::move(wanted));
  restored_.clear();
}

Subjects Monitor::Impl::subjects_of(std::vector<Target> targets) {
  Subjects wanted;
  TargetSharing sharing;
  settings_.begin();
  for (Target& target : targets) {
    const ProbeKey probe = follows(target.check) ? ProbeKey{} : probe_of(target);
    auto& parts = wanted[target.key].parts;
    parts.push_back({sharing.share(std::move(target)), probe});
  }
  settings_.end();
  return wanted;
}

ProbeKey Monitor::Impl::probe_of(const Target& target) {
  const bool is_script = target.check.type == model::HealthCheckType::kExternalScript;
  const bool depends_on_service = is_script || model::transport_of(target.check) == model::Transport::kTcpOrUdp;
  return {.settings = is_script ? settings_.number_of_script(target) : settings_.number_of(target.check),
          .port = target.port,
          .served = depends_on_service ? target.served : model::Protocol::kTcp,
          .address = target.address};
}

std::map<ProbeKey, WantedProbe> Monitor::Impl::probes_of(const Subjects& wanted) const {
  std::map<ProbeKey, WantedProbe> probes;
  for (const auto& [key, subject] : wanted) {
    for (size_t i = 0; i < subject.parts.size(); ++i) {
      const Part& part = subject.parts[i];
      if (follows(part.target.check())) continue;
      Status before = begin_with(key, subject, i);
      const auto [at, is_first] = probes.try_emplace(part.probe, WantedProbe{part.target, before});
      // Who is up has passed it; who is down may be so for another of its checks.
      if (!is_first && before.verdict == Verdict::kUp && at->second.before.verdict != Verdict::kUp) {
        at->second.before = std::move(before);
      }
    }
  }
  return probes;
}

// What a probe that is made for the first time takes over: the verdict of the one that it replaces, or of the real
// server, so that a check that is changed or added takes nobody out before it has been made.
Status Monitor::Impl::begin_with(const model::RealServerKey& key, const Subject& subject, size_t part) const {
  Status before;
  before.since = clock_.wall_now();
  const auto known = subjects_.find(key);
  if (known != subjects_.end() && known->second.address() == subject.address()) {
    const auto& parts = known->second.parts;
    const Status* const replaced = part < parts.size() ? runner_->find(parts[part].probe) : nullptr;
    before = replaced != nullptr ? *replaced : status_of(key, known->second);
    if (replaced == nullptr) before.reason = "not checked yet";
  } else if (const auto restored = restored_.find(key); restored != restored_.end()) {
    before = restored->second;
  }
  before.key = {};
  before.consecutive_failures = before.consecutive_successes = 0;
  return before;
}

void Monitor::Impl::take(Subjects wanted) {
  const Subjects before = std::exchange(subjects_, std::move(wanted));
  users_.clear();
  followers_.clear();
  std::vector<model::RealServerKey> all;
  for (auto& [key, subject] : subjects_) {
    for (const Part& part : subject.parts) {
      if (follows(part.target.check())) {
        followers_[part.target.check().follow].push_back(key);
      } else {
        users_[part.probe].push_back(key);
      }
      if (const Status* status = runner_->find(part.probe); status != nullptr && !follows(part.target.check())) {
        subject.since = std::max(subject.since, status->since);
      }
    }
    if (subject.since == WallTime{}) subject.since = clock_.wall_now();
    const auto known = before.find(key);
    if (known != before.end() && known->second.address() == subject.address()) {
      subject.verdict = known->second.verdict;
      subject.since = known->second.since;
    } else {
      subject.verdict = at_least(subject.required(), checks_of(subject));
    }
    all.push_back(key);
  }
  refresh(std::move(all));
}

void Monitor::Impl::restore(const std::vector<Status>& known) {
  for (const Status& status : known) {
    const auto found = subjects_.find(status.key);
    if (found == subjects_.end()) {
      restored_[status.key] = status;
      continue;
    }
    Subject& subject = found->second;
    for (const Part& part : subject.parts) {
      if (!follows(part.target.check())) runner_->restore(part.probe, status);
    }
    if (refresh({status.key}).empty()) continue;
    if (subject.verdict == status.verdict) subject.since = status.since;
  }
}

// The verdicts of these, and of who follows them, anew. Returns those whose verdict has changed.
std::set<model::RealServerKey> Monitor::Impl::refresh(std::vector<model::RealServerKey> concerned) {
  std::set<model::RealServerKey> changed;
  std::deque<model::RealServerKey> waiting(std::make_move_iterator(concerned.begin()),
                                           std::make_move_iterator(concerned.end()));
  for (; !waiting.empty(); waiting.pop_front()) {
    const model::RealServerKey& key = waiting.front();
    Subject& subject = subjects_.at(key);
    const Verdict verdict = at_least(subject.required(), checks_of(subject));
    if (std::exchange(subject.verdict, verdict) == verdict) continue;
    subject.since = clock_.wall_now();
    changed.insert(key);
    if (const auto followers = followers_.find(key.virtual_service); followers != followers_.end()) {
      waiting.insert(waiting.end(), followers->second.begin(), followers->second.end());
    }
  }
  return changed;
}

void Monitor::Impl::on_probe(const ProbeKey& probe) {
  const auto users = users_.find(probe);
  if (users == users_.end()) return;
  const auto changed = refresh(users->second);
  const auto self = shared_from_this();  // the receiver may destroy the Monitor
  for (const model::RealServerKey& key : changed) {
    if (stopped_ || !on_change_) return;
    if (const auto subject = subjects_.find(key); subject != subjects_.end()) {
      on_change_(status_of(key, subject->second));
    }
  }
}

FollowedHealth Monitor::Impl::health_of(const std::string& virtual_service) const {
  FollowedHealth health;
  for (auto at = subjects_.lower_bound({virtual_service, ""});
       at != subjects_.end() && at->first.virtual_service == virtual_service; ++at) {
    health.add(at->second.verdict);
  }
  return health;
}

CheckInWords Monitor::Impl::in_words(const Part& part) const {
  const model::HealthCheck& check = part.target.check();
  std::string name = name_of(check, part.target.port());
  if (follows(check)) {
    const FollowedHealth health = health_of(check.follow);
    const int quorum = part.target.common().quorum;
    return {std::move(name), health.verdict(quorum), health.reason(check.follow, quorum)};
  }
  const Status* const status = runner_->find(part.probe);
  if (status == nullptr) return {std::move(name), Verdict::kUnknown, ""};
  return {std::move(name), status->verdict, status->reason};
}

std::vector<CheckInWords> Monitor::Impl::checks_of(const Subject& subject) const {
  std::vector<CheckInWords> checks;
  const auto& parts = subject.parts;
  for (size_t first = 0; first < parts.size();) {
    std::vector<CheckInWords> ports;
    size_t i = first;
    for (; i < parts.size() && parts[i].target.common().number == parts[first].target.common().number; ++i) {
      ports.push_back(in_words(parts[i]));
    }
    checks.push_back(all_ports(ports));
    first = i;
  }
  return checks;
}

Status Monitor::Impl::status_of(const model::RealServerKey& key, const Subject& subject) const {
  const bool has_one_check = subject.parts.size() == 1 && !follows(subject.parts.front().target.check());
  const Status* const only = has_one_check ? runner_->find(subject.parts.front().probe) : nullptr;
  Status result = only != nullptr ? *only : in_all(subject);
  result.key = key;
  result.verdict = subject.verdict;
  result.since = subject.since;
  return result;
}

// Of all checks together; without key, verdict and its time.
Status Monitor::Impl::in_all(const Subject& subject) const {
  Status result;
  result.reason = reason_of(subject.required(), checks_of(subject));
  for (const Part& part : subject.parts) {
    const Status* const status = follows(part.target.check()) ? nullptr : runner_->find(part.probe);
    if (status == nullptr) continue;
    if (status->last_probe && (!result.last_probe || *status->last_probe > *result.last_probe)) {
      result.last_probe = status->last_probe;
      result.last_duration = status->last_duration;
    }
    result.consecutive_failures = std::max(result.consecutive_failures, status->consecutive_failures);
    result.consecutive_successes = std::max(result.consecutive_successes, status->consecutive_successes);
  }
  return result;
}

std::vector<Status> Monitor::Impl::statuses() const {
  std::vector<Status> result;
  result.reserve(subjects_.size());
  for (const auto& [key, subject] : subjects_) result.push_back(status_of(key, subject));
  return result;
}

std::optional<Monitor::Report> Monitor::Impl::report(const model::RealServerKey& key) const {
  const auto found = subjects_.find(key);
  if (found == subjects_.end()) return std::nullopt;
  Report report;
  for (const Part& part : found->second.parts) {
    CheckInWords words = in_words(part);
    auto records = follows(part.target.check()) ? std::vector<ProbeRecord>{} : runner_->records(part.probe);
    report.push_back({std::move(words.name), part.target.whole(), words.verdict, std::move(records)});
  }
  return report;
}

void Monitor::Impl::stop() {
  stopped_ = true;
  runner_->stop();
  subjects_.clear();
  users_.clear();
  followers_.clear();
  restored_.clear();
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
