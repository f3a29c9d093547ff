#pragma once
// Backups of the store: NAME.backup-N beside it, N being the newest revision in it. A backup is a store of its own with
// the newest revisions, the operator actions and the verdicts; to restore one is to copy it.

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/store.h"

namespace evenkeel::config {

// Writes the backup of the newest revision, durably, and removes all but the newest five.
Result<> write_backup(const std::string& store_path, int64_t newest_revision);

// Paths, newest revision first; whether they can be read is not looked at.
std::vector<std::string> backups_of(const std::string& store_path);

// The newest backup that passes its check.
std::optional<std::string> newest_good_backup(const std::string& store_path);

// Makes what was done to the directory of `path` (a file created, renamed, removed) durable.
Result<> sync_directory_of(const std::string& path);

}  // namespace evenkeel::config
