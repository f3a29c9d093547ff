#include "config/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/fd.h"
#include "config/sqlite_store.h"

namespace evenkeel::config {
namespace {

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

Result<model::Configuration> Store::read_newest_backup(const std::string& path) {
  auto found = salvage(path);
  if (!found) return fail(found.error());
  return std::move(found->configuration);
}

}  // namespace evenkeel::config
