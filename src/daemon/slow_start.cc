#include "daemon/slow_start.h"

#include <algorithm>

namespace evenkeel::daemon {
namespace {

constexpr int kSteps = 10;

// 1 at the beginning, kSteps from the last step on.
int step_of(SteadyTime began, std::chrono::seconds length, SteadyTime now) {
  if (length.count() == 0) return kSteps;
  const auto steps = kSteps * (now - began) / std::chrono::duration_cast<SteadyTime::duration>(length);
  return static_cast<int>(std::clamp<int64_t>(1 + steps, 1, kSteps));
}

}  // namespace

void SlowStart::observe(const model::VirtualService& service, const Health& health, const OperatorSaid& said,
                        SteadyTime now) {
  const Service before = std::exchange(services_[service.label], Service{service.slow_start, {}});
  Service& current = services_[service.label];
  forget_tenths(service.label);
  for (const auto& server : service.real_servers) {
    const model::RealServerKey key{service.label, server.label};
    const auto operator_said = said.find(key);
    const auto verdict = health.find(key);
    const bool is_halted = operator_said != said.end() && operator_said->second == model::OperatorState::kHalt;
    if (is_halted || (verdict != health.end() && verdict->second == desired::Health::kDown)) {
      current.began[server.label].reset();
      continue;
    }
    const auto known = before.began.find(server.label);
    if (known == before.began.end()) continue;  // it was never out
    const bool is_up = verdict != health.end() && verdict->second == desired::Health::kUp;
    const std::optional<SteadyTime> began = is_up ? known->second.value_or(now) : known->second;
    const int step = began ? step_of(*began, current.length, now) : 0;
    if (step == kSteps) continue;
    current.began[server.label] = began;
    if (began) tenths_[key] = step;
  }
}

void SlowStart::keep_only(const std::set<std::string>& labels) {
  std::erase_if(services_, [&](const auto& entry) { return !labels.contains(entry.first); });
  std::erase_if(tenths_, [&](const auto& entry) { return !labels.contains(entry.first.virtual_service); });
}

void SlowStart::forget_tenths(const std::string& virtual_service) {
  const auto first = tenths_.lower_bound({virtual_service, ""});
  const auto last = std::find_if(first, tenths_.end(),
                                 [&](const auto& entry) { return entry.first.virtual_service != virtual_service; });
  tenths_.erase(first, last);
}

std::set<std::string> SlowStart::ramping() const {
  std::set<std::string> labels;
  for (const auto& [key, tenths] : tenths_) labels.insert(key.virtual_service);
  return labels;
}

std::optional<SteadyTime> SlowStart::next_step(SteadyTime now) const {
  std::optional<SteadyTime> next;
  for (const auto& [key, tenths] : tenths_) {
    const Service& service = services_.at(key.virtual_service);
    const SteadyTime began = *service.began.at(key.real_server);
    const auto length = std::chrono::duration_cast<SteadyTime::duration>(service.length);
    // Rounded up: a timer that fires a nanosecond early would find the same step.
    const SteadyTime at =
        began + (step_of(began, service.length, now) * length + SteadyTime::duration(kSteps - 1)) / kSteps;
    if (!next || at < *next) next = at;
  }
  return next;
}

}  // namespace evenkeel::daemon
