#include "config/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>

#include "base/fd.h"
#include "config/schema.h"
#include "config/sqlite.h"

namespace evenkeel::config {
namespace {

constexpr size_t kBackupsKept = 5;
constexpr int64_t kMostDocumentBytes = 4 << 20;  // in one backup; the newest revision goes in whatever its size

std::filesystem::path directory_of(const std::string& path) {
  const auto directory = std::filesystem::path(path).parent_path();
  return directory.empty() ? "." : directory;
}

std::string backup_prefix(const std::string& store_path) {
  return std::filesystem::path(store_path).filename().string() + ".backup-";
}

std::optional<int64_t> number_of(const std::string& name, const std::string& prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  int64_t number = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

Result<> sync_path(const std::string& path, int flags) {
  const Fd file(::open(path.c_str(), flags | O_CLOEXEC));
  if (!file.is_open() || ::fsync(file.get()) != 0) return fail(system_error("cannot make it durable", path));
  return {};
}

// An empty file that only its owner can read.
Result<> create_private_file(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file.is_open()) return fail(system_error("cannot create the file", path));
  return {};
}

Result<> copy_newest(Database& backup, const std::string& store_path) {
  // The caller syncs the whole file once at the end, before it gets its name.
  auto prepared = backup.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
  if (!prepared) return prepared;
  auto migrated = migrate(backup);
  if (!migrated) return migrated;
  auto attach = backup.prepare("ATTACH ? AS store");
  if (!attach) return fail(attach.error());
  auto attached = attach->bind(1, store_path).run();
  if (!attached) return attached;
  return backup.execute(
      fmt::format("BEGIN;"
                  "INSERT INTO main.revision SELECT * FROM store.revision WHERE number IN ("
                  "  SELECT number FROM (SELECT number, bytes, sum(bytes) OVER (ORDER BY number DESC) AS total FROM "
                  "    (SELECT number, bytes FROM store.revision ORDER BY number DESC LIMIT 1000))"
                  "  WHERE total <= {} OR total = bytes);"
                  "INSERT INTO main.operator_action SELECT * FROM store.operator_action;"
                  "INSERT INTO main.verdict SELECT * FROM store.verdict;"
                  "INSERT INTO main.certificate SELECT * FROM store.certificate;"
                  "COMMIT; DETACH store",
                  kMostDocumentBytes));
}

Result<> write_file(const std::string& path, const std::string& store_path) {
  auto created = create_private_file(path);
  if (!created) return created;
  {
    auto backup = Database::open(path, Database::Access::kReadWrite);
    if (!backup) return fail(backup.error());
    auto copied = copy_newest(*backup, store_path);
    if (!copied) return copied;
  }
  return sync_path(path, O_RDONLY);
}

void remove_oldest(const std::string& store_path) {
  const auto backups = backups_of(store_path);
  for (size_t i = kBackupsKept; i < backups.size(); ++i) std::remove(backups[i].c_str());
}

}  // namespace

Result<> write_backup(const std::string& store_path, int64_t newest_revision) {
  const std::string path = fmt::format("{}.backup-{}", store_path, newest_revision);
  const std::string unfinished = store_path + ".backup.unfinished";
  auto written = write_file(unfinished, store_path);
  if (!written) {
    std::remove(unfinished.c_str());
    return written;
  }
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) return fail(system_error("cannot name the backup", path));
  remove_oldest(store_path);
  return sync_directory_of(path);
}

std::vector<std::string> backups_of(const std::string& store_path) {
  const std::string prefix = backup_prefix(store_path);
  std::vector<std::pair<int64_t, std::string>> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_of(store_path), error)) {
    if (auto number = number_of(entry.path().filename().string(), prefix)) {
      found.emplace_back(*number, entry.path().string());
    }
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<std::string> paths;
  for (auto& [number, path] : found) paths.push_back(std::move(path));
  return paths;
}

std::optional<std::string> newest_good_backup(const std::string& store_path) {
  for (const std::string& path : backups_of(store_path)) {
    auto backup = Database::open(path, Database::Access::kReadOnly);
    if (!backup || !check(*backup)) continue;
    auto newest = read_revisions(*backup, 1);
    if (newest && !newest->empty()) return path;
  }
  return std::nullopt;
}

Result<> sync_directory_of(const std::string& path) {
  return sync_path(directory_of(path).string(), O_RDONLY | O_DIRECTORY);
}

}  // namespace evenkeel::config
