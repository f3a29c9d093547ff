#pragma once
// The store's tables, and what reads them whole. Shared by the store and its backups.

#include <string>
#include <vector>

#include "base/result.h"
#include "config/sqlite.h"
#include "config/store.h"

namespace evenkeel::config {

// Brings an empty or older database to the present schema. kUnsupported when a newer version wrote it.
Result<> migrate(Database& database);

// The structure is sound, the file is a store of ours, and the newest revision can be read. Else kCorrupt (or
// kUnsupported). An empty database is sound.
Result<> check(Database& database);

Result<model::Configuration> read_configuration(Database& database, int64_t revision);
Result<std::vector<Revision>> read_revisions(Database& database, size_t limit);  // newest first
Result<std::vector<model::OperatorAction>> read_operator_actions(Database& database);

// Detects accidents, not attacks.
int64_t checksum(std::string_view document);

int64_t to_stored(WallTime time);
WallTime from_stored(int64_t time);

}  // namespace evenkeel::config
