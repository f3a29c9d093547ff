#include "statistics/sampler.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "statistics/series.h"

namespace evenkeel::statistics {
namespace {

int64_t step_at(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  return seconds - seconds % kSteps.front();
}

// None of it can be told where a counter began anew.
Totals between(const Totals& before, const Totals& now) {
  const bool began_anew =
      now.bytes_in < before.bytes_in || now.bytes_out < before.bytes_out || now.connections < before.connections;
  if (began_anew) return {.active = now.active};
  return {now.bytes_in - before.bytes_in, now.bytes_out - before.bytes_out, now.connections - before.connections,
          now.active};
}

}  // namespace

bool Sampler::is_due(WallTime now) const {
  return !last_at_ || step_at(now) != last_step_;
}

std::optional<Step> Sampler::add(SteadyTime at, WallTime now, Reading reading, const System& system) {
  const auto before = std::exchange(last_at_, at);
  last_step_ = step_at(now);
  const Reading known = std::exchange(last_, std::move(reading));
  if (!before) return std::nullopt;
  const auto elapsed = std::chrono::round<std::chrono::seconds>(at - *before).count();
  Step result{
      .at = last_step_ - kSteps.front(), .seconds = std::max<int64_t>(1, elapsed), .system = system, .amounts = {}};
  result.amounts.reserve(last_.size());
  for (const auto& [object, totals] : last_) {
    const auto found = known.find(object);
    result.amounts.push_back(
        {object, found == known.end() ? Totals{.active = totals.active} : between(found->second, totals)});
  }
  return result;
}

}  // namespace evenkeel::statistics
