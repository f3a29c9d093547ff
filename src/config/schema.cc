#include "config/schema.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "config/migration.h"
#include "model/json.h"
#include "model/names.h"

namespace evenkeel::config {
namespace {

constexpr int64_t kApplicationId = 0x45764b6c;  // "EvKl"

// Step N brings user_version from N to N + 1. Steps that were released are never changed.
constexpr std::array<const char*, 6> kMigrations{R"sql(
  CREATE TABLE revision (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    author TEXT NOT NULL,
    comment TEXT NOT NULL,
    restores INTEGER,
    bytes INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    document TEXT NOT NULL
  ) STRICT;
  CREATE TABLE operator_action (
    virtual_service TEXT NOT NULL,
    real_server TEXT NOT NULL,
    state TEXT NOT NULL,
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (virtual_service, real_server)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE verdict (
    virtual_service TEXT NOT NULL,
    real_server TEXT NOT NULL,
    is_up INTEGER NOT NULL,
    since INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (virtual_service, real_server)
  ) STRICT, WITHOUT ROWID;
)sql",
                                                 R"sql(
  ALTER TABLE operator_action ADD COLUMN deadline INTEGER;
)sql",
                                                 R"sql(
  CREATE TABLE certificate (
    label TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    chain TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    ocsp TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
)sql",
                                                 R"sql(
  ALTER TABLE revision ADD COLUMN failure TEXT NOT NULL DEFAULT '';
)sql",
                                                 R"sql(
  CREATE TABLE confirmation (
    revision INTEGER PRIMARY KEY,
    back_to INTEGER NOT NULL,
    until INTEGER NOT NULL,
    author TEXT NOT NULL
  ) STRICT;
  CREATE TABLE rest_of_restore (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    document TEXT NOT NULL
  ) STRICT;
)sql",
                                                 R"sql(
  ALTER TABLE certificate ADD COLUMN acme TEXT NOT NULL DEFAULT '';
)sql"};

Result<int64_t> version_of(Database& database) {
  auto version = database.integer("PRAGMA user_version");
  if (!version) return fail(version.error());
  if (version->value_or(0) > static_cast<int64_t>(kMigrations.size())) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("a newer version of Evenkeel wrote this store (schema {}, known up to {}): install that "
                            "version again",
                            version->value_or(0), kMigrations.size()));
  }
  return version->value_or(0);
}

Error corrupt(std::string what) {
  return Error{ErrorCode::kCorrupt, std::move(what), "", 0};
}

Result<> check_owner(Database& database) {
  auto tables = database.integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return fail(tables.error());
  auto application = database.integer("PRAGMA application_id");
  if (!application) return fail(application.error());
  if (*tables != 0 && application->value_or(0) != kApplicationId) {
    return fail(corrupt("this is the database of another program"));
  }
  return {};
}

}  // namespace

Result<> migrate(Database& database) {
  auto version = version_of(database);
  if (!version) return fail(version.error());
  return take_steps(database, kMigrations, *version, kApplicationId);
}

Result<> check(Database& database) {
  auto structure = database.check_structure();
  if (!structure) return structure;
  auto owner = check_owner(database);
  if (!owner) return owner;
  auto version = version_of(database);
  if (!version) return fail(version.error());
  if (*version == 0) return {};
  auto newest = read_revisions(database, 1);
  if (!newest) return fail(newest.error());
  if (newest->empty()) return {};
  auto configuration = read_configuration(database, newest->front().number);
  if (!configuration) return fail(configuration.error());
  return {};
}

Result<model::Configuration> read_configuration(Database& database, int64_t revision) {
  auto statement = database.prepare("SELECT document, checksum FROM revision WHERE number = ?");
  if (!statement) return fail(statement.error());
  auto row = statement->bind(1, revision).step();
  if (!row) return fail(row.error());
  if (!*row) return fail(ErrorCode::kNotFound, "there is no such revision", fmt::format("revision {}", revision));
  const std::string document = statement->text(0);
  const std::string object = fmt::format("revision {}", revision);
  if (checksum(document) != statement->integer(1)) {
    return fail(ErrorCode::kCorrupt, "the stored configuration is not what was written", object);
  }
  auto configuration = model::parse_configuration(document);
  if (!configuration) {
    const model::Problem& first = configuration.error().front();
    return fail(ErrorCode::kCorrupt,
                fmt::format("the stored configuration cannot be read: {}: {}", first.path, first.message), object);
  }
  return std::move(*configuration);
}

// A backup that is read but never migrated may be older than this column.
static Result<std::string> failure_column(Database& database) {
  const auto count = database.integer("SELECT count(*) FROM pragma_table_info('revision') WHERE name = 'failure'");
  if (!count) return fail(count.error());
  return count->value_or(0) == 0 ? "''" : "failure";
}

Result<std::vector<Revision>> read_revisions(Database& database, size_t limit) {
  const auto failure = failure_column(database);
  if (!failure) return fail(failure.error());
  auto statement = database.prepare(fmt::format(
      "SELECT number, at, author, comment, restores, {} FROM revision ORDER BY number DESC LIMIT ?", *failure));
  if (!statement) return fail(statement.error());
  statement->bind(1, static_cast<int64_t>(std::min<size_t>(limit, INT64_MAX)));
  std::vector<Revision> revisions;
  while (true) {
    auto row = statement->step();
    if (!row) return fail(row.error());
    if (!*row) return revisions;
    revisions.push_back({.number = statement->integer(0),
                         .at = from_stored(statement->integer(1)),
                         .author = statement->text(2),
                         .comment = statement->text(3),
                         .restores = statement->optional_integer(4),
                         .failure = statement->text(5)});
  }
}

Result<std::vector<model::OperatorAction>> read_operator_actions(Database& database) {
  // A backup that is read but never migrated may be older than this column.
  auto deadlines =
      database.integer("SELECT count(*) FROM pragma_table_info('operator_action') WHERE name = 'deadline'");
  if (!deadlines) return fail(deadlines.error());
  auto statement = database.prepare(
      fmt::format("SELECT virtual_service, real_server, state, author, reason, at, {} FROM operator_action "
                  "ORDER BY virtual_service, real_server",
                  deadlines->value_or(0) == 0 ? "NULL" : "deadline"));
  if (!statement) return fail(statement.error());
  std::vector<model::OperatorAction> actions;
  while (true) {
    auto row = statement->step();
    if (!row) return fail(row.error());
    if (!*row) return actions;
    const auto state = model::from_string<model::OperatorState>(statement->text(2));
    if (!state) {
      return fail(corrupt(fmt::format("\"{}\" is not an operator's state", statement->text(2))));
    }
    actions.push_back({.key = {statement->text(0), statement->text(1)},
                       .state = *state,
                       .author = statement->text(3),
                       .reason = statement->text(4),
                       .at = from_stored(statement->integer(5)),
                       .deadline = statement->optional_integer(6).transform(from_stored)});
  }
}

int64_t checksum(std::string_view document) {
  uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (const unsigned char byte : document) hash = (hash ^ byte) * 1099511628211u;
  return static_cast<int64_t>(hash);
}

int64_t to_stored(WallTime time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

WallTime from_stored(int64_t time) {
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::nanoseconds(time)));
}

}  // namespace evenkeel::config
