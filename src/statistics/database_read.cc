// What is read of the past. What is written: database.cc.

#include "statistics/database.h"

namespace evenkeel::statistics {
namespace {

constexpr int64_t kSystemId = 0;  // in calls; it has no row in `object`

int64_t floor_to(int64_t time, int64_t step) {
  return time - time % step;
}

double value_of(Metric metric, const Totals& totals, double load, double memory, int64_t seconds) {
  const auto per_second = [&](uint64_t amount) { return static_cast<double>(amount) / static_cast<double>(seconds); };
  switch (metric) {
    case Metric::kBytesIn:
      return per_second(totals.bytes_in);
    case Metric::kBytesOut:
      return per_second(totals.bytes_out);
    case Metric::kConnections:
      return per_second(totals.connections);
    case Metric::kActive:
      return static_cast<double>(totals.active);
    case Metric::kLoad:
      return load;
    case Metric::kMemory:
      return memory;
  }
  return 0;
}

}  // namespace

Database::Cells Database::summed(const Cells& finer, int64_t step) {
  Cells sums;
  for (const auto& [time, cell] : finer) {
    Cell& sum = sums[floor_to(time, step)];
    const int64_t seconds = sum.seconds + cell.seconds;
    const auto average = [&](double before, double now) {
      return (before * static_cast<double>(sum.seconds) + now * static_cast<double>(cell.seconds)) /
             static_cast<double>(seconds);
    };
    sum.totals.bytes_in += cell.totals.bytes_in;
    sum.totals.bytes_out += cell.totals.bytes_out;
    sum.totals.connections += cell.totals.connections;
    sum.totals.active = static_cast<uint64_t>(
        average(static_cast<double>(sum.totals.active), static_cast<double>(cell.totals.active)) + 0.5);
    sum.load = average(sum.load, cell.load);
    sum.memory = average(sum.memory, cell.memory);
    sum.is_known = sum.is_known || cell.is_known;
    sum.seconds = seconds;
  }
  return sums;
}

// A step that has not ended yet is put together from the finer ones.
Result<Database::Cells> Database::cells(size_t resolution, int64_t object, int64_t since, int64_t from, int64_t to) {
  auto statement = database_.prepare(
      object == kSystemId
          ? "SELECT time, seconds, 0, load, memory, bytes_in, bytes_out, connections, active, 1 FROM step "
            "WHERE level = ?1 AND time >= ?2 AND time <= ?3 ORDER BY time"
          : "SELECT step.time, seconds, is_cut, 0, 0, cell.bytes_in, cell.bytes_out, cell.connections, cell.active, "
            "  cell.object IS NOT NULL FROM step LEFT JOIN cell ON cell.level = step.level AND cell.time = step.time "
            "  AND cell.object = ?4 WHERE step.level = ?1 AND step.time >= ?2 AND step.time <= ?3 ORDER BY step.time");
  if (!statement) return fail(statement.error());
  statement->bind(1, static_cast<int64_t>(resolution)).bind(2, from).bind(3, to);
  if (object != kSystemId) statement->bind(4, object);
  Cells cells;
  int64_t next = from;
  while (true) {
    auto row = statement->step();
    if (!row) return fail(row.error());
    if (!*row) break;
    const int64_t time = statement->integer(0);
    const bool was_there = time + kSteps.at(resolution) > since;
    const auto count = [&](int column) { return static_cast<uint64_t>(statement->integer(column)); };
    cells[time] = {.seconds = statement->integer(1),
                   .is_known = count(9) == 1 || (was_there && count(2) == 0),
                   .totals = {count(5), count(6), count(7), count(8)},
                   .load = statement->real(3),
                   .memory = statement->real(4)};
    next = time + kSteps.at(resolution);
  }
  if (resolution == 0 || next > to) return cells;
  const auto last = newest(resolution);
  if (!last) return fail(last.error());
  if (*last) next = std::max(next, **last + kSteps.at(resolution));
  auto finer = this->cells(resolution - 1, object, since, next, to + kSteps.at(resolution) - 1);
  if (!finer) return finer;
  for (auto& [time, sum] : summed(*finer, kSteps.at(resolution))) cells.insert_or_assign(time, sum);
  return cells;
}

Result<Series> Database::read(const Query& query, int64_t now) {
  int64_t object = kSystemId;
  int64_t since = 0;
  if (query.object != kSystem) {
    auto statement = database_.prepare("SELECT id, since FROM object WHERE name = ?");
    if (!statement) return fail(statement.error());
    auto row = statement->bind(1, query.object).step();
    if (!row) return fail(row.error());
    if (!*row) return fail(ErrorCode::kNotFound, "nothing is known of it", query.object);
    object = statement->integer(0);
    since = statement->integer(1);
  }
  const size_t resolution = resolution_for(query.from, now);
  Series series = empty_series(query, now);
  if (series.points.empty()) return series;
  auto known = cells(resolution, object, since, series.points.front().first, series.points.back().first);
  if (!known) return fail(known.error());
  for (auto& [time, value] : series.points) {
    const auto found = known->find(time);
    if (found == known->end() || !found->second.is_known) continue;
    const Cell& cell = found->second;
    value = value_of(query.metric, cell.totals, cell.load, cell.memory, cell.seconds);
  }
  return series;
}

}  // namespace evenkeel::statistics
