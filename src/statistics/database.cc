#include "statistics/database.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/fd.h"

namespace evenkeel::statistics {
namespace {

constexpr int64_t kApplicationId = 0x45765374;  // "EvSt"
constexpr int64_t kVersion = 1;                 // another one is begun anew: nothing is migrated
constexpr int64_t kPageBytes = 4096;
constexpr int64_t kMostPages = (int64_t{320} << 20) / kPageBytes;

// `level` is an index of kSteps, `time` the beginning of a step. What counts is the amount in the step, what goes up
// and down the average. An object's `kind`: 0 virtual service, 1 real server.
constexpr const char* kTables = R"sql(
  CREATE TABLE object (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind INTEGER NOT NULL,
    since INTEGER NOT NULL,
    seen INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE step (
    level INTEGER NOT NULL,
    time INTEGER NOT NULL,
    seconds INTEGER NOT NULL,
    is_cut INTEGER NOT NULL,
    load REAL NOT NULL,
    memory REAL NOT NULL,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    connections INTEGER NOT NULL,
    active INTEGER NOT NULL,
    PRIMARY KEY (level, time)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE cell (
    level INTEGER NOT NULL,
    time INTEGER NOT NULL,
    object INTEGER NOT NULL,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    connections INTEGER NOT NULL,
    active INTEGER NOT NULL,
    PRIMARY KEY (level, time, object)
  ) STRICT, WITHOUT ROWID;
)sql";

Result<config::Database> open_file(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.is_open()) return fail(system_error("cannot open it", path));
  auto database = config::Database::open(path, config::Database::Access::kReadWrite);
  if (!database) return fail(database.error());
  if (auto sound = database->check_structure(); !sound) return fail(sound.error());
  // A crash of the machine may cost the last steps: that is cheaper than an fsync for each.
  const auto prepared = database->execute(
      fmt::format("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = {}; "
                  "PRAGMA max_page_count = {}",
                  int64_t{16} << 20, kMostPages));
  if (!prepared) return fail(prepared.error());
  const auto application = database->integer("PRAGMA application_id");
  const auto version = database->integer("PRAGMA user_version");
  if (!application || !version) return fail(ErrorCode::kCorrupt, "its header cannot be read", path);
  if (**application == kApplicationId && **version == kVersion) return database;
  if (**application != 0) return fail(ErrorCode::kCorrupt, "something else wrote it", path);
  auto transaction = config::Transaction::begin(*database);
  if (!transaction) return fail(transaction.error());
  const auto made = database->execute(
      fmt::format("{} PRAGMA user_version = {}; PRAGMA application_id = {}", kTables, kVersion, kApplicationId));
  if (!made) return fail(made.error());
  if (auto committed = transaction->commit(); !committed) return fail(committed.error());
  return database;
}

int64_t floor_to(int64_t time, int64_t step) {
  return time - time % step;
}

bool is_idle(const Totals& totals) {
  return totals.bytes_in == 0 && totals.bytes_out == 0 && totals.connections == 0 && totals.active == 0;
}

// Those that a step keeps, the most important first.
std::vector<const Amount*> busiest(const std::vector<Amount>& amounts, size_t most) {
  std::vector<const Amount*> busy;
  for (const Amount& amount : amounts) {
    if (!is_idle(amount.totals)) busy.push_back(&amount);
  }
  if (busy.size() <= most) return busy;
  const auto rank = [](const Amount* amount) {
    return std::pair(amount->object.starts_with(kVirtualService), amount->totals.bytes_in + amount->totals.bytes_out);
  };
  std::ranges::nth_element(busy, busy.begin() + static_cast<ptrdiff_t>(most), std::ranges::greater{}, rank);
  busy.resize(most);
  return busy;
}

Totals sum_of_virtual_services(const std::vector<Amount>& amounts) {
  Totals sum;
  for (const auto& [object, totals] : amounts) {
    if (!object.starts_with(kVirtualService)) continue;
    sum.bytes_in += totals.bytes_in;
    sum.bytes_out += totals.bytes_out;
    sum.connections += totals.connections;
    sum.active += totals.active;
  }
  return sum;
}

int64_t stored(uint64_t amount) {
  return static_cast<int64_t>(std::min<uint64_t>(amount, INT64_MAX));
}

void bind(config::Statement& statement, int from, const Totals& totals) {
  statement.bind(from, stored(totals.bytes_in)).bind(from + 1, stored(totals.bytes_out));
  statement.bind(from + 2, stored(totals.connections)).bind(from + 3, stored(totals.active));
}

}  // namespace

Result<Database::Opened> Database::open(const std::string& path, size_t most_objects) {
  Opened opened;
  auto database = open_file(path);
  if (!database && database.error().code == ErrorCode::kCorrupt) {
    opened.set_aside = path + ".damaged";
    if (std::rename(path.c_str(), opened.set_aside.c_str()) != 0) {
      return fail(system_error("cannot set the damaged file aside", path));
    }
    for (const char* companion : {"-wal", "-shm"}) std::remove((path + companion).c_str());
    database = open_file(path);
  }
  if (!database) return fail(database.error());
  opened.database.reset(new Database(std::move(*database), most_objects));
  return opened;
}

Result<> Database::add(const Step& step) {
  auto added = add_together(step);
  if (!added) ids_.clear();  // what was rolled back is in there
  return added;
}

Result<> Database::add_together(const Step& step) {
  auto transaction = config::Transaction::begin(database_);
  if (!transaction) return fail(transaction.error());
  if (auto removed = remove_future(step.at); !removed) return removed;
  if (auto written = write(step); !written) return written;
  for (size_t resolution = 1; resolution < kSteps.size(); ++resolution) {
    if (auto rolled = roll_up(resolution, step.at + kSteps.front()); !rolled) return rolled;
  }
  if (auto removed = remove_old(step.at); !removed) return removed;
  return transaction->commit();
}

// In ordinary times there is nothing.
Result<> Database::remove_future(int64_t at) {
  for (size_t level = 0; level < kSteps.size(); ++level) {
    const int64_t from = floor_to(at, kSteps.at(level));
    for (const char* table : {"step", "cell"}) {
      const auto removed =
          database_.execute(fmt::format("DELETE FROM {} WHERE level = {} AND time >= {}", table, level, from));
      if (!removed) return removed;
    }
  }
  return {};
}

Result<> Database::write(const Step& step) {
  auto statement = database_.prepare(
      "INSERT INTO step (level, time, seconds, is_cut, load, memory, bytes_in, bytes_out, connections, active) "
      "VALUES (0, ?, ?, ?, ? / 1000.0, ?, ?, ?, ?, ?)");
  if (!statement) return fail(statement.error());
  const auto busy = std::ranges::count_if(step.amounts, [](const Amount& amount) { return !is_idle(amount.totals); });
  statement->bind(1, step.at).bind(2, step.seconds).bind(3, int64_t{busy > most_objects_});
  statement->bind(4, static_cast<int64_t>(step.system.load.front() * 1000));
  statement->bind(5, stored(step.system.memory_total - step.system.memory_available));
  bind(*statement, 6, sum_of_virtual_services(step.amounts));
  if (auto written = statement->run(); !written) return written;
  return write_amounts(step);
}

Result<> Database::write_amounts(const Step& step) {
  if (auto known = know_objects(step); !known) return known;
  auto statement = database_.prepare(
      "INSERT INTO cell (level, time, object, bytes_in, bytes_out, connections, active) VALUES (0, ?, ?, ?, ?, ?, ?)");
  if (!statement) return fail(statement.error());
  for (const Amount* amount : busiest(step.amounts, static_cast<size_t>(most_objects_))) {
    statement->bind(1, step.at).bind(2, ids_.at(amount->object));
    bind(*statement, 3, amount->totals);
    if (auto written = statement->run(); !written) return written;
  }
  return {};
}

// Also those where nothing happens: that they are there is what tells "nothing" from "not known". Once in a while it is
// noted that they still are.
Result<> Database::know_objects(const Step& step) {
  auto statement = database_.prepare(
      "INSERT INTO object (name, kind, since, seen) VALUES (?, ?, ?, ?3) "
      "ON CONFLICT (name) DO UPDATE SET seen = excluded.seen RETURNING id");
  if (!statement) return fail(statement.error());
  const bool is_time = step.at % kSteps.at(kSteps.size() - 2) == 0;
  for (const auto& [object, totals] : step.amounts) {
    if (!is_time && ids_.contains(object)) continue;
    statement->bind(1, object).bind(2, int64_t{!object.starts_with(kVirtualService)}).bind(3, step.at);
    auto row = statement->step();
    if (!row) return fail(row.error());
    ids_.insert_or_assign(object, statement->integer(0));
    if (auto finished = statement->run(); !finished) return finished;
  }
  return {};
}

// Every step of this resolution that has ended by `end` and is not there yet, from the finer ones.
Result<> Database::roll_up(size_t resolution, int64_t end) {
  const int64_t length = kSteps.at(resolution);
  const auto last = newest(resolution);
  if (!last) return fail(last.error());
  const int64_t from = *last ? **last + length : 0;
  if (from + length > end) return {};
  auto statement = database_.prepare(
      "SELECT DISTINCT time - time % ?1 FROM step WHERE level = ?2 AND time >= ?3 AND time < ?4 ORDER BY 1");
  if (!statement) return fail(statement.error());
  statement->bind(1, length).bind(2, static_cast<int64_t>(resolution) - 1).bind(3, from);
  statement->bind(4, floor_to(end, length));
  std::vector<int64_t> ended;
  while (true) {
    auto row = statement->step();
    if (!row) return fail(row.error());
    if (!*row) break;
    ended.push_back(statement->integer(0));
  }
  for (const int64_t at : ended) {
    if (auto rolled = roll_up_step(resolution, at); !rolled) return rolled;
  }
  return {};
}

Result<> Database::roll_up_step(size_t resolution, int64_t at) {
  auto statement = database_.prepare(
      "INSERT INTO step (level, time, seconds, is_cut, load, memory, bytes_in, bytes_out, connections, active) "
      "SELECT ?1, ?2, sum(seconds), max(is_cut), sum(load * seconds) / sum(seconds), "
      "  sum(memory * seconds) / sum(seconds), sum(bytes_in), sum(bytes_out), sum(connections), "
      "  sum(active * seconds) / sum(seconds) "
      "FROM step WHERE level = ?1 - 1 AND time >= ?2 AND time < ?2 + ?3");
  if (!statement) return fail(statement.error());
  statement->bind(1, static_cast<int64_t>(resolution)).bind(2, at).bind(3, kSteps.at(resolution));
  if (auto summed = statement->run(); !summed) return summed;
  return roll_up_cells(resolution, at);
}

// Half a connection on average is one: what is rounded to nothing would look idle.
Result<> Database::roll_up_cells(size_t resolution, int64_t at) {
  auto statement = database_.prepare(
      "INSERT INTO cell (level, time, object, bytes_in, bytes_out, connections, active) "
      "SELECT ?1, ?2, cell.object, sum(cell.bytes_in), sum(cell.bytes_out), sum(cell.connections), "
      "  (sum(cell.active * step.seconds) + whole.seconds - 1) / whole.seconds "
      "FROM cell JOIN step USING (level, time) JOIN object ON object.id = cell.object "
      "  JOIN step AS whole ON whole.level = ?1 AND whole.time = ?2 "
      "WHERE cell.level = ?1 - 1 AND cell.time >= ?2 AND cell.time < ?2 + ?3 "
      "GROUP BY cell.object ORDER BY object.kind, sum(cell.bytes_in + cell.bytes_out) DESC LIMIT ?4");
  if (!statement) return fail(statement.error());
  statement->bind(1, static_cast<int64_t>(resolution)).bind(2, at).bind(3, kSteps.at(resolution));
  if (auto summed = statement->bind(4, most_objects_ + 1).run(); !summed) return summed;
  const auto count =
      database_.integer(fmt::format("SELECT count(*) FROM cell WHERE level = {} AND time = {}", resolution, at));
  if (!count) return fail(count.error());
  if (count->value_or(0) <= most_objects_) return {};
  return database_.execute(
      fmt::format("UPDATE step SET is_cut = 1 WHERE level = {0} AND time = {1};"
                  "DELETE FROM cell WHERE level = {0} AND time = {1} AND object = (SELECT object FROM cell JOIN object "
                  "ON id = object "
                  "  WHERE level = {0} AND time = {1} ORDER BY kind DESC, bytes_in + bytes_out LIMIT 1)",
                  resolution, at));
}

Result<> Database::remove_old(int64_t at) {
  for (size_t level = 0; level < kSteps.size(); ++level) {
    const int64_t oldest = floor_to(at, kSteps.at(level)) - kSteps.at(level) * (kPointsKept - 1);
    for (const char* table : {"step", "cell"}) {
      const auto removed =
          database_.execute(fmt::format("DELETE FROM {} WHERE level = {} AND time < {}", table, level, oldest));
      if (!removed) return removed;
    }
  }
  if (at % kSteps.back() != 0) return {};
  ids_.clear();
  return database_.execute(fmt::format("DELETE FROM object WHERE seen < {}", at - kSteps.back() * kPointsKept));
}

// First all leave their old names, then all take the new ones.
Result<> Database::rename(const std::vector<Rename>& renames) {
  auto transaction = config::Transaction::begin(database_);
  if (!transaction) return fail(transaction.error());
  ids_.clear();
  auto statement = database_.prepare("UPDATE OR REPLACE object SET name = ? WHERE name = ?");
  if (!statement) return fail(statement.error());
  const auto on_its_way = [](const Rename& rename) { return "to " + rename.to; };
  for (const Rename& rename : renames) {
    const std::string between = on_its_way(rename);
    if (auto left = statement->bind(1, between).bind(2, rename.from).run(); !left) return left;
  }
  for (const Rename& rename : renames) {
    const std::string between = on_its_way(rename);
    if (auto arrived = statement->bind(1, rename.to).bind(2, between).run(); !arrived) return arrived;
  }
  return transaction->commit();
}

Result<std::optional<int64_t>> Database::newest(size_t resolution) {
  return database_.integer(fmt::format("SELECT max(time) FROM step WHERE level = {}", resolution));
}

}  // namespace evenkeel::statistics
