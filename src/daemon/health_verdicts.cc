// What checks, paths and agents say of real servers: announced, applied, and remembered over a restart.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "daemon/controller.h"
#include "daemon/feedback.h"
#include "daemon/health_targets.h"

namespace evenkeel::daemon {
namespace {

desired::Health to_desired(health::Verdict verdict) {
  switch (verdict) {
    case health::Verdict::kUp:
      return desired::Health::kUp;
    case health::Verdict::kDown:
      return desired::Health::kDown;
    case health::Verdict::kUnknown:
      return desired::Health::kUnknown;
  }
  return desired::Health::kUnknown;
}

std::string object_of(const model::RealServerKey& key) {
  return fmt::format("virtual_service/{}/real_server/{}", key.virtual_service, key.real_server);
}

}  // namespace

void Controller::configure_health() {
  monitor_.configure(health_targets(configuration_));
  paths_.configure();
  server_health_.clear();
  health_.clear();
  for (const auto& status : monitor_.statuses()) {
    server_health_[status.key] = to_desired(status.verdict);
    combine_health(status.key);
  }
  feedback_.configure(feedback_targets(configuration_));
  feedback_said_.clear();
  for (const auto& status : feedback_.statuses()) {
    feedback_said_[status.key] = to_desired(status);
    feedback_announced_.try_emplace(status.key, to_observed(status));
  }
  std::erase_if(feedback_announced_, [&](const auto& known) { return !feedback_said_.contains(known.first); });
  std::erase_if(path_announced_, [&](const auto& known) { return !server_health_.contains(known.first); });
  std::erase_if(up_to_announce_, [&](const auto& known) { return !server_health_.contains(known.first); });
}

void Controller::combine_health(const model::RealServerKey& key) {
  health_[key] = with_path(server_health_[key], paths_.monitor().find(key));
}

void Controller::on_health(const health::Status& status) {
  const auto& key = status.key;
  const bool up = status.verdict == health::Verdict::kUp;
  const auto before = std::exchange(server_health_[key], to_desired(status.verdict));
  // A machine that has rebooted may have lost the virtual address.
  if (up && before == desired::Health::kDown) paths_.monitor().recheck(key);
  combine_health(key);
  const auto* path = paths_.monitor().find(key);
  if (up && path != nullptr && path->is_pending) {
    up_to_announce_.insert_or_assign(key, status.reason);
  } else {
    announce_health(key, up, status.reason);
  }
  schedule_apply(key.virtual_service);
}

void Controller::announce_health(const model::RealServerKey& key, bool up, const std::string& reason) {
  up_to_announce_.erase(key);
  parts_.events.append(up ? observed::EventKind::kRealServerUp : observed::EventKind::kRealServerDown, object_of(key),
                       reason);
  spdlog::info("{} is {}: {}", object_of(key), up ? "up" : "down", reason);
}

void Controller::on_path(const health::PathStatus& status) {
  const auto& key = status.key;
  combine_health(key);
  if (const auto up = up_to_announce_.extract(key)) announce_health(key, true, up.mapped());
  const bool is_known = status.verdict != health::Verdict::kUnknown;
  if (is_known && std::exchange(path_announced_[key], status.verdict) != status.verdict) {
    const bool up = status.verdict == health::Verdict::kUp;
    parts_.events.append(up ? observed::EventKind::kPathUp : observed::EventKind::kPathDown, object_of(key),
                         status.reason);
    spdlog::info("{}: the VIP path is {}: {}", object_of(key), up ? "up" : "down", status.reason);
  }
  schedule_apply(key.virtual_service);
}

void Controller::on_feedback(const health::FeedbackStatus& status) {
  const auto& key = status.key;
  feedback_said_[key] = to_desired(status);
  const auto now = to_observed(status);
  const auto before = std::exchange(feedback_announced_[key], now);
  if (is_event(before, now)) {
    parts_.events.append(observed::EventKind::kFeedbackChanged, object_of(key), status.reason);
    spdlog::info("{}: {}", object_of(key), status.reason);
  }
  schedule_apply(key.virtual_service);
}

// In the worker, since with thousands of servers it takes a while. What it is given is done in order, and before the
// program ends.
void Controller::write_verdicts() {
  Remembered remembered{monitor_.statuses(), active_tier_, paths_.monitor().statuses(), feedback_.statuses()};
  boost::asio::post(parts_.worker, [file = parts_.verdicts, remembered = std::move(remembered)] {
    if (auto written = file.write(remembered); !written) spdlog::warn("{}", to_string(written.error()));
  });
}

// At once where it costs nothing to speak of; with thousands of servers so rarely that it takes a hundredth of the
// time.
void Controller::remember_verdicts() {
  if (std::exchange(verdicts_to_remember_, true)) return;
  verdicts_timer_.expires_at(verdicts_due_);
  verdicts_timer_.async_wait([this](const boost::system::error_code& error) {
    constexpr int kShareOfTime = 100;
    verdicts_to_remember_ = false;
    if (error || stopped_) return;
    const auto start = parts_.clock.steady_now();
    write_verdicts();
    const auto end = parts_.clock.steady_now();
    verdicts_due_ = end + kShareOfTime * (end - start);
  });
}

}  // namespace evenkeel::daemon
