#include "statistics/series.h"

#include <algorithm>

namespace evenkeel::statistics {

const MetricHelp& help_of(Metric metric) {
  return *std::ranges::find(kMetrics, metric, &MetricHelp::metric);
}

std::optional<Metric> metric_of(std::string_view name) {
  const auto* const found = std::ranges::find(kMetrics, name, &MetricHelp::name);
  return found == kMetrics.end() ? std::nullopt : std::optional(found->metric);
}

size_t resolution_for(int64_t from, int64_t now) {
  const auto reaches = [&](int64_t step) { return now - from <= step * kPointsKept; };
  const auto* const found = std::ranges::find_if(kSteps, reaches);
  return found == kSteps.end() ? kSteps.size() - 1 : static_cast<size_t>(found - kSteps.begin());
}

Series empty_series(const Query& query, int64_t now) {
  Series series{.step = kSteps.at(resolution_for(query.from, now)), .points = {}};
  const auto floor = [&](int64_t time) { return time - time % series.step; };
  const int64_t to = floor(std::min(query.to, now - kSteps.front()));  // the step that has not ended is not known yet
  const int64_t from = std::max(floor(std::max<int64_t>(query.from, 0)), to - series.step * kPointsKept);
  for (int64_t time = from; time <= to; time += series.step) series.points.emplace_back(time, std::nullopt);
  return series;
}

}  // namespace evenkeel::statistics
