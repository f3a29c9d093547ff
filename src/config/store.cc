#include "config/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/fd.h"
#include "config/backup.h"
#include "config/plan.h"
#include "config/schema.h"
#include "config/sqlite.h"
#include "model/json.h"
#include "model/names.h"

namespace evenkeel::config {
namespace {

using model::Configuration;
using model::RealServerKey;

class SqliteStore final : public Store {
 public:
  SqliteStore(std::string path, const Clock& clock, Database database)
      : path_(std::move(path)), clock_(clock), database_(std::move(database)) {}

  Result<std::optional<Revision>> latest() override {
    auto newest = read_revisions(database_, 1);
    if (!newest) return fail(newest.error());
    if (newest->empty()) return std::nullopt;
    return newest->front();
  }

  Result<std::vector<Revision>> revisions(size_t limit) override { return read_revisions(database_, limit); }
  Result<Configuration> configuration(int64_t revision) override { return read_configuration(database_, revision); }

  Result<Revision> commit(const Configuration& configuration, const std::string& author, const std::string& comment,
                          std::optional<int64_t> restores, std::optional<int64_t> expected_latest,
                          std::optional<WallTime> confirm_until) override;
  Result<std::optional<Confirmation>> confirmation() override;
  Result<> confirm() override {
    return in_transaction([&] { return database_.execute("DELETE FROM confirmation"); });
  }

  Result<> note_failure(int64_t revision, const std::string& failure) override;

  Result<std::vector<model::OperatorAction>> operator_actions() override { return read_operator_actions(database_); }
  Result<> record(const model::OperatorAction& action) override;
  Result<> rename(const RealServerKey& from, const RealServerKey& to) override {
    return in_transaction([&] { return move_all({{from, to}}); });
  }

  Result<std::vector<StoredCertificate>> certificates() override { return read_certificates(database_); }
  Result<> save(const StoredCertificate& certificate) override {
    return with_backup(in_transaction([&] { return write_certificate(database_, certificate); }));
  }
  Result<> save_ocsp(const StoredCertificate& certificate) override {
    return in_transaction([&] { return write_ocsp(database_, certificate); });
  }
  Result<> remove_certificate(const std::string& label) override {
    return with_backup(in_transaction([&] { return delete_certificate(database_, label); }));
  }

  Result<> remember_verdicts(const std::vector<RememberedVerdict>& verdicts) override {
    return in_transaction([&] { return replace_verdicts(verdicts); });
  }
  Result<std::vector<RememberedVerdict>> verdicts() override;

 private:
  template <class Work>
  Result<> in_transaction(Work work) {
    auto transaction = Transaction::begin(database_);
    if (!transaction) return fail(transaction.error());
    auto done = work();
    if (!done) return done;
    return transaction->commit();
  }

  Result<> with_backup(Result<> done);
  Result<Revision> next_revision(std::optional<int64_t> expected_latest);
  Result<> insert(const Revision& revision, const std::string& document);
  Result<> await_confirmation(const Revision& revision, std::optional<WallTime> until);
  Result<> remove_oldest(int64_t newest);
  Result<> move_renamed(int64_t before, const Configuration& configuration);
  Result<> forget(const RealServerKey& key);
  Result<> move_all(const std::vector<Rename>& renames);
  Result<> move_table(const char* table, const std::vector<Rename>& renames);
  Result<> replace_verdicts(const std::vector<RememberedVerdict>& verdicts);

  struct Committed {
    int64_t number;
    Configuration configuration;
  };

  std::string path_;
  const Clock& clock_;
  Database database_;
  std::optional<Committed> last_;  // saves reading it back when the next one comes
};

Result<Revision> SqliteStore::commit(const Configuration& configuration, const std::string& author,
                                     const std::string& comment, std::optional<int64_t> restores,
                                     std::optional<int64_t> expected_latest, std::optional<WallTime> confirm_until) {
  const std::string document =
      model::to_text(model::to_json(configuration, model::Secrets::kPlain), model::Layout::kOneLine);
  Revision revision;
  auto committed = in_transaction([&]() -> Result<> {
    auto next = next_revision(expected_latest);
    if (!next) return fail(next.error());
    revision = std::move(*next);
    revision.author = author;
    revision.comment = comment;
    revision.restores = restores;
    auto inserted = insert(revision, document);
    if (!inserted) return inserted;
    auto waits = await_confirmation(revision, confirm_until);
    if (!waits) return waits;
    auto removed = remove_oldest(revision.number);
    if (!removed) return removed;
    return move_renamed(revision.number - 1, configuration);
  });
  if (!committed) return fail(committed.error());
  last_ = Committed{revision.number, configuration};
  auto backed_up = write_backup(path_, revision.number);
  if (!backed_up) spdlog::warn("no backup of revision {}: {}", revision.number, to_string(backed_up.error()));
  return revision;
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

// The error of a store that must not be used, with the way out.
Error damaged(const std::string& path, const std::string& what) {
  const auto backup = newest_good_backup(path);
  const std::string advice =
      backup ? fmt::format(
                   "to go back to the newest good backup, {}, run `evenkeeld --restore-store` with evenkeeld's own "
                   "--state-directory if it has one, and restart evenkeeld",
                   *backup)
             : "there is no good backup of it";
  return Error{ErrorCode::kCorrupt, fmt::format("the store is damaged ({}); {}", what, advice), path, 0};
}

Result<> create_directory(const std::string& path) {
  const auto directory = std::filesystem::path(path).parent_path();
  if (directory.empty() || ::access(directory.c_str(), F_OK) == 0) return {};
  if (::mkdir(directory.c_str(), 0700) != 0) return fail(system_error("cannot create the directory", directory));
  return sync_directory_of(directory.string());
}

// Afterwards the file exists and only its owner can read it.
Result<> prepare_file(const std::string& path) {
  auto created = create_directory(path);
  if (!created) return created;
  struct stat status{};
  const bool is_empty = ::stat(path.c_str(), &status) != 0 || status.st_size == 0;
  // An empty file with a write-ahead log is a store that has not been folded into it yet.
  const bool has_log = ::access((path + "-wal").c_str(), F_OK) == 0;
  if (is_empty && !has_log && !backups_of(path).empty()) {
    return fail(damaged(path, "it is gone, but backups of it exist"));
  }
  const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.is_open()) return fail(system_error("cannot open the store", path));
  if (::fchmod(file.get(), 0600) != 0) return fail(system_error("cannot make the store private", path));
  return is_empty ? sync_directory_of(path) : Result<>{};
}

Result<Database> open_checked(const std::string& path) {
  auto prepared = prepare_file(path);
  if (!prepared) return fail(prepared.error());
  auto database = Database::open(path, Database::Access::kReadWrite);
  auto checked = database ? check(*database) : Result<>(fail(database.error()));
  if (!checked && checked.error().code == ErrorCode::kCorrupt) return fail(damaged(path, to_string(checked.error())));
  if (!checked) return fail(checked.error());
  return database;
}

Result<Salvage> salvage_from(const std::string& file) {
  auto database = Database::open(file, Database::Access::kReadOnly);
  if (!database) return fail(database.error());
  auto revisions = read_revisions(*database, 1000);
  if (!revisions) return fail(revisions.error());
  for (const Revision& revision : *revisions) {
    auto configuration = read_configuration(*database, revision.number);
    if (!configuration) continue;
    auto actions = read_operator_actions(*database);
    if (!actions) return fail(actions.error());
    auto certificates = read_certificates(*database);
    if (!certificates) return fail(certificates.error());
    return Salvage{revision, std::move(*configuration), std::move(*actions), std::move(*certificates), file};
  }
  return fail(ErrorCode::kCorrupt, "no revision can be read", file);
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::string& path, const Clock& clock) {
  auto database = open_checked(path);
  if (!database) return fail(database.error());
  auto durable = database->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  if (!durable) return fail(durable.error());
  auto migrated = migrate(*database);
  if (!migrated) return fail(migrated.error());
  auto folded = database->keep_journal(false);
  if (!folded) return fail(folded.error());
  return std::make_unique<SqliteStore>(path, clock, std::move(*database));
}

Result<Salvage> Store::salvage(const std::string& path) {
  std::vector<std::string> files = backups_of(path);
  files.insert(files.begin(), path);
  std::optional<Salvage> best;
  for (const std::string& file : files) {
    auto found = salvage_from(file);
    if (found && (!best || found->revision.number > best->revision.number)) best = std::move(*found);
  }
  if (!best) return fail(ErrorCode::kCorrupt, "neither the store nor a backup of it can be read", path);
  return std::move(*best);
}

Result<Configuration> Store::read_newest_backup(const std::string& path) {
  auto found = salvage(path);
  if (!found) return fail(found.error());
  return std::move(found->configuration);
}

}  // namespace evenkeel::config
