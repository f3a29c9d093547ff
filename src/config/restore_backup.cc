#include "config/restore_backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "base/fd.h"
#include "config/backup.h"
#include "config/schema.h"
#include "config/sqlite.h"

namespace evenkeel::config {
namespace {

bool is_sound(const std::string& path) {
  auto database = Database::open(path, Database::Access::kReadOnly);
  if (!database || !check(*database)) return false;
  const auto tables = database->integer("SELECT count(*) FROM sqlite_schema");
  return tables && tables->value_or(0) != 0;
}

// Under a name that is not the store's yet.
Result<std::string> copy_privately(const std::string& backup, const std::string& store_path) {
  const std::string copy = store_path + ".restored";
  std::error_code error;
  std::filesystem::copy_file(backup, copy, std::filesystem::copy_options::overwrite_existing, error);
  if (error) return fail(system_error(error.value(), "cannot copy the backup", copy));
  std::filesystem::permissions(copy, std::filesystem::perms(0600), error);
  const Fd file(::open(copy.c_str(), O_RDONLY | O_CLOEXEC));
  if (error || !file.is_open() || ::fsync(file.get()) != 0) {
    return fail(system_error("cannot make the copy durable", copy));
  }
  return copy;
}

// With its write-ahead log, which belongs to it alone.
Result<std::string> set_aside(const std::string& store_path) {
  const std::string aside = store_path + ".damaged";
  const bool is_there = ::access(store_path.c_str(), F_OK) == 0;
  for (const char* part : {"-wal", "-shm", ""}) {
    const std::string from = store_path + part;
    if (::access(from.c_str(), F_OK) != 0) continue;
    if (std::rename(from.c_str(), (aside + part).c_str()) != 0) {
      return fail(system_error("cannot set the damaged store aside", from));
    }
  }
  return is_there ? aside : std::string();
}

}  // namespace

Result<RestoredBackup> restore_newest_backup(const std::string& store_path) {
  if (is_sound(store_path)) return fail(ErrorCode::kConflict, "the store is sound: nothing was changed", store_path);
  const auto backup = newest_good_backup(store_path);
  if (!backup) return fail(ErrorCode::kNotFound, "there is no good backup of the store", store_path);
  const auto copy = copy_privately(*backup, store_path);
  if (!copy) return fail(copy.error());
  auto aside = set_aside(store_path);
  if (!aside) return fail(aside.error());
  if (std::rename(copy->c_str(), store_path.c_str()) != 0) {
    return fail(system_error("cannot give the backup the store's name", store_path));
  }
  if (auto synced = sync_directory_of(store_path); !synced) return fail(synced.error());
  return RestoredBackup{*backup, std::move(*aside)};
}

}  // namespace evenkeel::config
