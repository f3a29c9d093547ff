#include "config/migration.h"

#include <fmt/format.h>

namespace evenkeel::config {

Result<> take_steps(Database& database, std::span<const char* const> steps, int64_t taken, int64_t application) {
  for (auto step = static_cast<size_t>(taken); step < steps.size(); ++step) {
    auto transaction = Transaction::begin(database);
    if (!transaction) return fail(transaction.error());
    auto done = database.execute(
        fmt::format("{} PRAGMA user_version = {}; PRAGMA application_id = {}", steps[step], step + 1, application));
    if (!done) return done;
    auto committed = transaction->commit();
    if (!committed) return committed;
  }
  return {};
}

}  // namespace evenkeel::config
