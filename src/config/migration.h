#pragma once
// How a database of ours becomes that of a newer version: step by step, each of them whole or not at all.

#include <cstdint>
#include <span>

#include "base/result.h"
#include "config/sqlite.h"

namespace evenkeel::config {

// `steps` are all that there ever were, in SQL; the database's user_version says how many it has taken. `application`
// is what tells whose database it is.
Result<> take_steps(Database& database, std::span<const char* const> steps, int64_t taken, int64_t application);

}  // namespace evenkeel::config
