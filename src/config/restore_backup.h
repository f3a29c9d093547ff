#pragma once
// The way back from a damaged store to its newest good backup.

#include <string>

#include "base/result.h"

namespace evenkeel::config {

struct RestoredBackup {
  std::string backup;     // the file that is the store now, as a copy
  std::string set_aside;  // the damaged file under its new name; empty: there was none
};

// Durable when it returns; interrupted at any moment, it can be done again. kConflict: the store is sound, and nothing
// is changed. kNotFound: there is no good backup.
Result<RestoredBackup> restore_newest_backup(const std::string& store_path);

}  // namespace evenkeel::config
