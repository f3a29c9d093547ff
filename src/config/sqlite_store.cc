#include "config/sqlite_store.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "model/json.h"
#include "model/names.h"

namespace evenkeel::config {

using model::Configuration;
using model::RealServerKey;

Result<Revision> SqliteStore::commit(const Configuration& configuration, const std::string& author,
                                     const std::string& comment, std::optional<int64_t> restores,
                                     std::optional<int64_t> expected_latest, std::optional<WallTime> confirm_until) {
  Revision revision;
  auto committed = in_transaction([&]() -> Result<> {
    auto added = add_revision(configuration, author, comment, restores, expected_latest);
    if (!added) return fail(added.error());
    revision = std::move(*added);
    auto waits = await_confirmation(revision, confirm_until);
    if (!waits) return waits;
    return move_renamed(revision.number - 1, configuration);
  });
  if (!committed) return fail(committed.error());
  note_commit(revision, configuration);
  return revision;
}

Result<Revision> SqliteStore::add_revision(const Configuration& configuration, const std::string& author,
                                           const std::string& comment, std::optional<int64_t> restores,
                                           std::optional<int64_t> expected_latest) {
  auto next = next_revision(expected_latest);
  if (!next) return next;
  next->author = author;
  next->comment = comment;
  next->restores = restores;
  const auto inserted =
      insert(*next, model::to_text(model::to_json(configuration, model::Secrets::kPlain), model::Layout::kOneLine));
  if (!inserted) return fail(inserted.error());
  if (auto removed = remove_oldest(next->number); !removed) return fail(removed.error());
  return next;
}

void SqliteStore::note_commit(const Revision& revision, const Configuration& configuration) {
  last_ = Committed{revision.number, configuration};
  auto backed_up = write_backup(path_, revision.number);
  if (!backed_up) spdlog::warn("no backup of revision {}: {}", revision.number, to_string(backed_up.error()));
}

Result<Revision> SqliteStore::replace(const Whole& whole, const std::string& author, const std::string& comment,
                                      std::optional<int64_t> expected_latest) {
  Revision revision;
  auto replaced = in_transaction([&]() -> Result<> {
    auto added = add_revision(whole.configuration, author, comment, std::nullopt, expected_latest);
    if (!added) return fail(added.error());
    revision = std::move(*added);
    return replace_all(whole);
  });
  if (!replaced) return fail(replaced.error());
  note_commit(revision, whole.configuration);
  return revision;
}

Result<> SqliteStore::replace_all(const Whole& whole) {
  auto emptied = database_.execute(
      "DELETE FROM confirmation; DELETE FROM operator_action; DELETE FROM verdict; DELETE FROM certificate; "
      "DELETE FROM rest_of_restore");
  if (!emptied) return emptied;
  for (const auto& action : whole.operator_actions) {
    if (auto recorded = record(action); !recorded) return recorded;
  }
  for (const auto& certificate : whole.certificates) {
    if (auto written = write_certificate(database_, certificate); !written) return written;
  }
  if (whole.rest.empty()) return {};
  auto statement = database_.prepare("INSERT INTO rest_of_restore (id, document) VALUES (1, ?)");
  if (!statement) return fail(statement.error());
  return statement->bind(1, whole.rest).run();
}

// The backup of the newest revision is written again; before the first one there is nothing to go back to.
Result<> SqliteStore::with_backup(Result<> done) {
  const auto newest = database_.integer("SELECT max(number) FROM revision");
  if (!done || !newest || newest->value_or(0) == 0) return done;
  const auto backed_up = write_backup(path_, **newest);
  if (!backed_up) spdlog::warn("no backup with this certificate: {}", to_string(backed_up.error()));
  return done;
}

Result<> SqliteStore::note_failure(int64_t revision, const std::string& failure) {
  return in_transaction([&]() -> Result<> {
    auto statement = database_.prepare("UPDATE revision SET failure = ? WHERE number = ?");
    if (!statement) return fail(statement.error());
    return statement->bind(1, failure).bind(2, revision).run();
  });
}

Result<Revision> SqliteStore::next_revision(std::optional<int64_t> expected_latest) {
  auto latest_number = database_.integer("SELECT max(number) FROM revision");
  if (!latest_number) return fail(latest_number.error());
  const int64_t latest = latest_number->value_or(0);
  if (expected_latest && *expected_latest != latest) {
    return fail(ErrorCode::kConflict,
                fmt::format("revision {} is in force, not {}: somebody else changed the configuration meanwhile",
                            latest, *expected_latest));
  }
  return Revision{
      .number = latest + 1, .at = clock_.wall_now(), .author = {}, .comment = {}, .restores = {}, .failure = {}};
}

Result<> SqliteStore::insert(const Revision& revision, const std::string& document) {
  auto statement = database_.prepare(
      "INSERT INTO revision (number, at, author, comment, restores, bytes, checksum, document) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  if (!statement) return fail(statement.error());
  statement->bind(1, revision.number).bind(2, to_stored(revision.at)).bind(3, revision.author);
  statement->bind(4, revision.comment).bind(5, revision.restores).bind(6, static_cast<int64_t>(document.size()));
  return statement->bind(7, checksum(document)).bind(8, document).run();
}

// In the transaction of the commit: no crash can make a change stay that nobody confirmed.
Result<> SqliteStore::await_confirmation(const Revision& revision, std::optional<WallTime> until) {
  auto settled = database_.execute("DELETE FROM confirmation");
  if (!settled || !until) return settled;
  auto statement = database_.prepare("INSERT INTO confirmation (revision, back_to, until, author) VALUES (?, ?, ?, ?)");
  if (!statement) return fail(statement.error());
  statement->bind(1, revision.number).bind(2, revision.number - 1);
  return statement->bind(3, to_stored(*until)).bind(4, revision.author).run();
}

Result<std::optional<Confirmation>> SqliteStore::confirmation() {
  auto statement = database_.prepare("SELECT revision, back_to, until, author FROM confirmation");
  if (!statement) return fail(statement.error());
  auto row = statement->step();
  if (!row) return fail(row.error());
  if (!*row) return std::nullopt;
  return Confirmation{.revision = statement->integer(0),
                      .back_to = statement->integer(1),
                      .until = from_stored(statement->integer(2)),
                      .author = statement->text(3)};
}

Result<> SqliteStore::remove_oldest(int64_t newest) {
  return database_.execute(fmt::format("DELETE FROM revision WHERE number <= {}", newest - kRevisionsKept));
}

// In the transaction of the commit: no crash can separate a real server from what was said about it.
Result<> SqliteStore::move_renamed(int64_t before, const Configuration& configuration) {
  if (before == 0) return {};
  if (!last_ || last_->number != before) {
    auto stored = read_configuration(database_, before);
    if (!stored) return fail(stored.error());
    last_ = Committed{before, std::move(*stored)};
  }
  const auto renamed = renames(last_->configuration, configuration);
  for (const Rename& rename : renamed) {
    // Nobody had this name just now: what is remembered of it is about a server that was removed.
    auto forgotten = forget(rename.to);
    if (!forgotten) return forgotten;
  }
  return move_all(renamed);
}

Result<> SqliteStore::move_all(const std::vector<Rename>& renames) {
  for (const char* table : {"operator_action", "verdict"}) {
    auto moved = move_table(table, renames);
    if (!moved) return moved;
  }
  return {};
}

Result<> SqliteStore::move_table(const char* table, const std::vector<Rename>& renames) {
  auto statement = database_.prepare(fmt::format(
      "UPDATE OR REPLACE {} SET virtual_service = ?, real_server = ? WHERE virtual_service = ? AND real_server = ?",
      table));
  if (!statement) return fail(statement.error());
  for (const Rename& rename : renames) {
    statement->bind(1, rename.to.virtual_service).bind(2, rename.to.real_server);
    auto moved = statement->bind(3, rename.from.virtual_service).bind(4, rename.from.real_server).run();
    if (!moved) return moved;
  }
  return {};
}

Result<> SqliteStore::forget(const RealServerKey& key) {
  auto statement = database_.prepare("DELETE FROM operator_action WHERE virtual_service = ? AND real_server = ?");
  if (!statement) return fail(statement.error());
  return statement->bind(1, key.virtual_service).bind(2, key.real_server).run();
}

Result<> SqliteStore::record(const model::OperatorAction& action) {
  if (action.state == model::OperatorState::kOnline) return forget(action.key);
  auto statement = database_.prepare(
      "INSERT OR REPLACE INTO operator_action (virtual_service, real_server, state, author, reason, at, deadline) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)");
  if (!statement) return fail(statement.error());
  statement->bind(1, action.key.virtual_service).bind(2, action.key.real_server);
  statement->bind(3, std::string_view(to_string(action.state))).bind(4, action.author);
  statement->bind(5, action.reason).bind(6, to_stored(action.at));
  return statement->bind(7, action.deadline.transform(to_stored)).run();
}

Result<> SqliteStore::replace_verdicts(const std::vector<RememberedVerdict>& verdicts) {
  auto emptied = database_.execute("DELETE FROM verdict");
  if (!emptied) return emptied;
  auto statement = database_.prepare(
      "INSERT INTO verdict (virtual_service, real_server, is_up, since, reason) VALUES (?, ?, ?, ?, ?)");
  if (!statement) return fail(statement.error());
  for (const RememberedVerdict& verdict : verdicts) {
    statement->bind(1, verdict.key.virtual_service).bind(2, verdict.key.real_server);
    statement->bind(3, int64_t{verdict.is_up}).bind(4, to_stored(verdict.since));
    auto inserted = statement->bind(5, verdict.reason).run();
    if (!inserted) return inserted;
  }
  return {};
}

Result<std::vector<RememberedVerdict>> SqliteStore::verdicts() {
  auto statement = database_.prepare(
      "SELECT virtual_service, real_server, is_up, since, reason FROM verdict ORDER BY virtual_service, real_server");
  if (!statement) return fail(statement.error());
  std::vector<RememberedVerdict> verdicts;
  while (true) {
    auto row = statement->step();
    if (!row) return fail(row.error());
    if (!*row) return verdicts;
    verdicts.push_back({.key = {statement->text(0), statement->text(1)},
                        .is_up = statement->integer(2) != 0,
                        .since = from_stored(statement->integer(3)),
                        .reason = statement->text(4)});
  }
}

}  // namespace evenkeel::config
