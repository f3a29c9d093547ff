#include "health/feedback_monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "health/feedback_probe.h"
#include "health/reason.h"

namespace evenkeel::health {
namespace {

Target target_of(const FeedbackTarget& asked) {
  Target target{.key = asked.key, .address = asked.address, .port = asked.feedback.port, .check = {}};
  target.check.request = asked.feedback.request;
  target.check.timeout = asked.timeout;
  return target;
}

bool says_the_same(const FeedbackStatus& a, const FeedbackStatus& b) {
  return a.contact == b.contact && a.said == b.said;
}

}  // namespace

struct FeedbackMonitor::Agent {
  Agent(boost::asio::io_context& io, FeedbackTarget asked) : target(std::move(asked)), timer(io) {
    status.key = target.key;
    status.reason = "its feedback agent has not been asked yet";
  }
  ~Agent() {
    if (probe) probe->cancel();
  }
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  FeedbackTarget target;
  FeedbackStatus status;
  boost::asio::steady_timer timer;
  std::shared_ptr<FeedbackProbe> probe;  // while one is under way
  Clockwork::time_point asked_at;
  int unanswered = 0;  // in a row
};

FeedbackMonitor::FeedbackMonitor(boost::asio::io_context& io, const Clock& clock, OnChange on_change)
    : tools_(io, clock), on_change_(std::move(on_change)) {}

FeedbackMonitor::~FeedbackMonitor() {
  stop();
}

void FeedbackMonitor::configure(std::vector<FeedbackTarget> targets) {
  std::set<model::RealServerKey> unchanged;
  for (const FeedbackTarget& target : targets) {
    const auto known = agents_.find(target.key);
    if (known != agents_.end() && known->second->target == target) unchanged.insert(target.key);
  }
  std::erase_if(agents_, [&](const auto& agent) { return !unchanged.contains(agent.first); });
  for (FeedbackTarget& target : targets) {
    if (!unchanged.contains(target.key)) add(std::move(target));
  }
  restored_.clear();
}

void FeedbackMonitor::restore(const std::vector<FeedbackStatus>& known) {
  for (const FeedbackStatus& status : known) restored_.insert_or_assign(status.key, status);
}

// Those that come together are asked one after the other over their first second, or interval where that is shorter.
void FeedbackMonitor::add(FeedbackTarget target) {
  constexpr double kGoldenRatio = 0.6180339887498949;  // successive multiples fill the time evenly, however many
  const auto spread = std::min<std::chrono::microseconds>(target.interval, std::chrono::seconds(1));
  const std::chrono::duration<double, std::micro> offset = spread * next_phase_;
  next_phase_ += kGoldenRatio;
  if (next_phase_ >= 1) next_phase_ -= 1;
  const auto key = target.key;
  const auto agent = std::make_shared<Agent>(tools_.io, std::move(target));
  if (const auto restored = restored_.find(key); restored != restored_.end()) agent->status = restored->second;
  agents_.insert_or_assign(key, agent);
  ask_at(agent, Clockwork::now() + std::chrono::duration_cast<std::chrono::microseconds>(offset));
}

void FeedbackMonitor::ask_at(const std::shared_ptr<Agent>& agent, Clockwork::time_point due) {
  agent->timer.expires_at(due);
  // Agents go when the monitor does: one that is still there has a monitor.
  agent->timer.async_wait([this, weak = std::weak_ptr(agent)](boost::system::error_code error) {
    const auto still_there = weak.lock();
    if (!error && still_there) ask(still_there);
  });
}

void FeedbackMonitor::ask(const std::shared_ptr<Agent>& agent) {
  agent->asked_at = Clockwork::now();
  agent->probe = std::make_shared<FeedbackProbe>(tools_, target_of(agent->target), agent->target.feedback.method);
  agent->probe->start([this, weak = std::weak_ptr(agent)](ProbeResult result) {
    const auto still_there = weak.lock();
    if (!still_there) return;
    const FeedbackStatus before = still_there->status;
    take(*still_there, result);
    still_there->probe.reset();
    ask_at(still_there, std::max(still_there->asked_at + still_there->target.interval, Clockwork::now()));
    if (!says_the_same(before, still_there->status)) on_change_(still_there->status);
  });
}

void FeedbackMonitor::take(Agent& agent, const ProbeResult& result) {
  FeedbackStatus& status = agent.status;
  status.reason = result.reason;
  if (result.outcome == Outcome::kNotChecked) return;  // says nothing about the agent
  if (result.outcome == Outcome::kSuccess) {
    agent.unanswered = 0;
    status.contact = FeedbackStatus::Contact::kAnswers;
    status.answer = agent.probe->answer();
    status.said.take(agent.probe->report());
    return;
  }
  agent.unanswered = std::min(agent.unanswered + 1, agent.target.failure_count);
  if (agent.unanswered < agent.target.failure_count) return;
  status = {.key = agent.target.key,
            .contact = FeedbackStatus::Contact::kSilent,
            .said = {},
            .answer = "",
            .reason = "its feedback agent is silent, so its weight is the configured one: " + result.reason};
}

std::vector<FeedbackStatus> FeedbackMonitor::statuses() const {
  std::vector<FeedbackStatus> result;
  result.reserve(agents_.size());
  for (const auto& [key, agent] : agents_) result.push_back(agent->status);
  return result;
}

void FeedbackMonitor::stop() {
  agents_.clear();
}

}  // namespace evenkeel::health
