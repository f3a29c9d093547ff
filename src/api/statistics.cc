// The past in numbers, and the machine as it is now.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/handlers.h"
#include "api/reply.h"
#include "statistics/system.h"

namespace evenkeel::api {
namespace json = boost::json;
namespace {

constexpr int64_t kHour = 3600;
constexpr int64_t kLatest = int64_t{1} << 40;

int64_t unix_now(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::seconds>(clock.wall_now().time_since_epoch()).count();
}

Result<statistics::Metric> parse_metric(const Call& call, bool is_system) {
  const auto metric = statistics::metric_of(call.query.text("metric"));
  if (metric && (is_system || !help_of(*metric).of_system_alone)) return *metric;
  std::vector<std::string_view> known;
  for (const auto& help : statistics::kMetrics) {
    if (is_system || !help.of_system_alone) known.push_back(help.name);
  }
  return fail(ErrorCode::kInvalidArgument, fmt::format("metric must be one of {}", fmt::join(known, ", ")));
}

Result<std::string> parse_object(const Call& call) {
  std::string object = call.query.text("object");
  const bool is_one = object == statistics::kSystem || object.starts_with(statistics::kVirtualService) ||
                      object.starts_with(statistics::kRealServer);
  if (is_one) return object;
  return fail(ErrorCode::kInvalidArgument,
              "object must be system, virtual_service/LABEL or real_server/LABEL/LABEL (virtual service, real server)");
}

Result<statistics::Query> parse_query(const Call& call) {
  auto object = parse_object(call);
  if (!object) return fail(object.error());
  const auto metric = parse_metric(call, *object == statistics::kSystem);
  if (!metric) return fail(metric.error());
  const auto from = call.query.integer("from", 0, kLatest);
  if (!from) return fail(from.error());
  const auto to = call.query.integer("to", 0, kLatest);
  if (!to) return fail(to.error());
  statistics::Query query{.object = std::move(*object), .metric = *metric};
  query.to = to->value_or(unix_now(call.context.clock));
  query.from = from->value_or(std::max<int64_t>(0, query.to - kHour));
  if (query.from > query.to) return fail(ErrorCode::kInvalidArgument, "from must not be later than to");
  return query;
}

}  // namespace

Answer get_system(Call& /*call*/) {
  const auto system = statistics::read_system();
  if (!system) co_return refuse(system.error());
  co_return reply(
      json::object{{"load", json::array{system->load[0], system->load[1], system->load[2]}},
                   {"memory", json::object{{"total", system->memory_total}, {"available", system->memory_available}}},
                   {"uptime_seconds", system->uptime_seconds}});
}

Answer get_statistics(Call& call) {
  const auto query = parse_query(call);
  if (!query) co_return refuse(query.error());
  const auto series = co_await call.context.control.statistics(*query);
  if (!series) co_return refuse(series.error());
  json::array points;
  for (const auto& [at, value] : series->points) {
    points.push_back(json::array{at, value ? json::value(*value) : json::value()});
  }
  co_return reply(json::object{{"object", query->object},
                               {"metric", help_of(query->metric).name},
                               {"unit", help_of(query->metric).unit},
                               {"step", series->step},
                               {"points", std::move(points)}});
}

}  // namespace evenkeel::api
