#pragma once
// The durable store: revisions of the configuration, operator actions and remembered verdicts, in one SQLite file.
// A call that returned success has reached the disk. Used from the control loop; calls that write may block for the
// length of an fsync.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/configuration.h"
#include "model/operator_action.h"

namespace evenkeel::config {

struct Revision {
  int64_t number = 0;  // 1, 2, 3, ...
  WallTime at;
  std::string author;
  std::string comment;              // may be empty
  std::optional<int64_t> restores;  // the revision that this one rolled back to
};

class Store {
 public:
  // Opens or creates. kCorrupt when the file fails its integrity check: the message names the newest good backup.
  static Result<std::unique_ptr<Store>> open(const std::string& path, const Clock& clock);
  virtual ~Store() = default;

  // The configuration in force; none before the first commit.
  virtual Result<std::optional<Revision>> latest() = 0;
  virtual Result<std::vector<Revision>> revisions(size_t limit) = 0;  // newest first
  virtual Result<model::Configuration> configuration(int64_t revision) = 0;
  // Durable before it returns. `expected_latest`: fail with kConflict if another revision came meanwhile.
  virtual Result<Revision> commit(const model::Configuration& configuration, const std::string& author,
                                  const std::string& comment, std::optional<int64_t> restores,
                                  std::optional<int64_t> expected_latest) = 0;

  virtual Result<std::vector<model::OperatorAction>> operator_actions() = 0;
  // Replaces what was said about that real server; kOnline removes the entry.
  virtual Result<> record(const model::OperatorAction& action) = 0;
  // A rename in the configuration: what was said about `from` is now said about `to`.
  virtual Result<> rename(const model::RealServerKey& from, const model::RealServerKey& to) = 0;
};

}  // namespace evenkeel::config
