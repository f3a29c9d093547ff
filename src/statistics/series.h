#pragma once
// What is known of the past: numbers in steps of time, from seconds for the last hour to days for the last year.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace evenkeel::statistics {

enum class Metric { kBytesIn, kBytesOut, kConnections, kActive, kLoad, kMemory };

// Name in JSON, unit, and what it is.
struct MetricHelp {
  Metric metric;
  std::string_view name, unit, help;
  bool of_system_alone = false;
};
inline constexpr std::array kMetrics{
    MetricHelp{Metric::kBytesIn, "bytes_in", "bytes/s", "from clients"},
    MetricHelp{Metric::kBytesOut, "bytes_out", "bytes/s", "to clients, where answers pass by the load balancer"},
    MetricHelp{Metric::kConnections, "connections", "connections/s", "new connections"},
    MetricHelp{Metric::kActive, "active", "connections", "established connections, on average"},
    MetricHelp{Metric::kLoad, "load", "processes", "load average of one minute", true},
    MetricHelp{Metric::kMemory, "memory", "bytes", "memory in use", true},
};
const MetricHelp& help_of(Metric metric);
std::optional<Metric> metric_of(std::string_view name);

// The resolutions that are kept: each has the newest kPointsKept steps.
inline constexpr int64_t kPointsKept = 400;
inline constexpr std::array<int64_t, 6> kSteps{10, 60, 300, 1800, 7200, 86400};  // seconds; each a multiple of the last

// Objects have the names of the API: "system", "virtual_service/LABEL", "real_server/LABEL/LABEL".
inline constexpr std::string_view kSystem = "system";
inline constexpr std::string_view kVirtualService = "virtual_service/";
inline constexpr std::string_view kRealServer = "real_server/";

struct Query {
  std::string object;
  Metric metric = Metric::kBytesIn;
  int64_t from = 0, to = 0;  // Unix time
};

struct Series {
  int64_t step = 0;  // seconds
  // The beginning of each step, in order, and what was measured in it; none: nothing was.
  std::vector<std::pair<int64_t, std::optional<double>>> points;
};

// All its steps, and nothing known of any: from the query's beginning to its end, as far back as is kept. `now`: what
// is later is left out.
Series empty_series(const Query& query, int64_t now);

// The finest resolution that reaches back as far as `from`: an index of kSteps.
size_t resolution_for(int64_t from, int64_t now);

}  // namespace evenkeel::statistics
