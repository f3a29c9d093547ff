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
#include "config/stored_certificates.h"
#include "model/configuration.h"
#include "model/operator_action.h"

namespace evenkeel::config {

struct Revision {
  int64_t number = 0;  // 1, 2, 3, ...
  WallTime at;
  std::string author;
  std::string comment;              // may be empty
  std::optional<int64_t> restores;  // the revision that this one rolled back to
  std::string failure;              // why HAProxy did not take all of it, in its words; empty: it did
};

// A revision that is in force only until somebody confirms it; else the one before comes back.
struct Confirmation {
  int64_t revision = 0;
  int64_t back_to = 0;  // 0: there was none, which is the empty configuration
  WallTime until;
  std::string author;
  bool operator==(const Confirmation&) const = default;
};

// What health had found out before a restart.
struct RememberedVerdict {
  model::RealServerKey key;
  bool is_up = false;
  WallTime since;
  std::string reason;  // may be empty; secrets masked
  bool operator==(const RememberedVerdict&) const = default;
};

// What could still be read of a damaged store: enough to go on forwarding.
struct Salvage {
  Revision revision;
  model::Configuration configuration;
  std::vector<model::OperatorAction> operator_actions;
  std::vector<StoredCertificate> certificates;
  std::string source;  // the file it was read from
};

// All that a backup brings to this store.
struct Whole {
  model::Configuration configuration;
  std::vector<model::OperatorAction> operator_actions;
  std::vector<StoredCertificate> certificates;
  std::string rest;  // for rest_of_restore(); empty: this is all
};

class Store {
 public:
  // The newest ones; what is older goes with the next commit.
  static constexpr int64_t kRevisionsKept = 200;

  // Opens or creates (file mode 0600, its directory 0700). kCorrupt when the file fails its integrity check, or is gone
  // while backups of it exist: the message names the newest good backup, and the file is left as it is.
  // kUnsupported when a newer version wrote it.
  static Result<std::unique_ptr<Store>> open(const std::string& path, const Clock& clock);
  // The newest revision that can still be read from the store at `path` or its backups. Changes nothing.
  static Result<Salvage> salvage(const std::string& path);
  static Result<model::Configuration> read_newest_backup(const std::string& path);
  virtual ~Store() = default;

  // The configuration in force; none before the first commit.
  virtual Result<std::optional<Revision>> latest() = 0;
  virtual Result<std::vector<Revision>> revisions(size_t limit) = 0;  // newest first
  virtual Result<model::Configuration> configuration(int64_t revision) = 0;
  // Durable before it returns. `expected_latest` (0: none yet): fail with kConflict if another revision came meanwhile.
  // What was said about real servers that the configuration renames goes along with them. kResourceExhausted when the
  // disk is full: the old revision stays in force. A backup follows; failing to write one is only logged.
  // `confirm_until`: it waits for confirm() until then. Without one it settles whatever waited.
  virtual Result<Revision> commit(const model::Configuration& configuration, const std::string& author,
                                  const std::string& comment, std::optional<int64_t> restores,
                                  std::optional<int64_t> expected_latest,
                                  std::optional<WallTime> confirm_until = std::nullopt) = 0;

  // What waits; none: nothing does.
  virtual Result<std::optional<Confirmation>> confirmation() = 0;
  // The revision stays. Nothing happens when none waits.
  virtual Result<> confirm() = 0;

  // The same with all else that is in the store replaced, in one transaction.
  virtual Result<Revision> replace(const Whole& whole, const std::string& author, const std::string& comment,
                                   std::optional<int64_t> expected_latest) = 0;
  // What another store still has to take of what was restored here; empty: nothing.
  virtual Result<std::string> rest_of_restore() = 0;
  virtual Result<> finish_restore() = 0;

  // Kept with the revision.
  virtual Result<> note_failure(int64_t revision, const std::string& failure) = 0;

  virtual Result<std::vector<model::OperatorAction>> operator_actions() = 0;
  // Replaces what was said about that real server; kOnline removes the entry.
  virtual Result<> record(const model::OperatorAction& action) = 0;
  // A rename in the configuration: what was said about `from` is now said about `to`.
  virtual Result<> rename(const model::RealServerKey& from, const model::RealServerKey& to) = 0;

  virtual Result<std::vector<StoredCertificate>> certificates() = 0;
  // Replaces the one of that label. A backup follows, also when one is removed.
  virtual Result<> save(const StoredCertificate& certificate) = 0;
  // What its authority says; nothing happens when it was replaced or removed meanwhile.
  virtual Result<> save_ocsp(const StoredCertificate& certificate) = 0;
  virtual Result<> remove_certificate(const std::string& label) = 0;

  // Replaces all that was remembered.
  virtual Result<> remember_verdicts(const std::vector<RememberedVerdict>& verdicts) = 0;
  virtual Result<std::vector<RememberedVerdict>> verdicts() = 0;
};

}  // namespace evenkeel::config
