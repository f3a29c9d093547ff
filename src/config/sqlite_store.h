#pragma once
// The store itself, once its file is open and sound. Used by store.cc only.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/backup.h"
#include "config/plan.h"
#include "config/schema.h"
#include "config/sqlite.h"
#include "config/store.h"

namespace evenkeel::config {

class SqliteStore final : public Store {
 public:
  SqliteStore(std::string path, const Clock& clock, Database database)
      : path_(std::move(path)), clock_(clock), database_(std::move(database)) {}

  Result<std::optional<Revision>> latest() override {
    auto newest = read_revisions(database_, 1);
    if (!newest) return fail(newest.error());
    if (newest->empty()) return std::nullopt;
    return newest->front();
  }

  Result<std::vector<Revision>> revisions(size_t limit) override { return read_revisions(database_, limit); }
  Result<model::Configuration> configuration(int64_t revision) override {
    return read_configuration(database_, revision);
  }

  Result<Revision> commit(const model::Configuration& configuration, const std::string& author,
                          const std::string& comment, std::optional<int64_t> restores,
                          std::optional<int64_t> expected_latest, std::optional<WallTime> confirm_until) override;
  Result<std::optional<Confirmation>> confirmation() override;
  Result<> confirm() override {
    return in_transaction([&] { return database_.execute("DELETE FROM confirmation"); });
  }

  Result<Revision> replace(const Whole& whole, const std::string& author, const std::string& comment,
                           std::optional<int64_t> expected_latest) override;
  Result<std::string> rest_of_restore() override { return database_.text("SELECT max(document) FROM rest_of_restore"); }
  Result<> finish_restore() override {
    return in_transaction([&] { return database_.execute("DELETE FROM rest_of_restore"); });
  }

  Result<> note_failure(int64_t revision, const std::string& failure) override;

  Result<std::vector<model::OperatorAction>> operator_actions() override { return read_operator_actions(database_); }
  Result<> record(const model::OperatorAction& action) override;
  Result<> rename(const model::RealServerKey& from, const model::RealServerKey& to) override {
    return in_transaction([&] { return move_all({{from, to}}); });
  }

  Result<std::vector<StoredCertificate>> certificates() override { return read_certificates(database_); }
  Result<> save(const StoredCertificate& certificate) override {
    return with_backup(in_transaction([&] { return write_certificate(database_, certificate); }));
  }
  Result<> save_ocsp(const StoredCertificate& certificate) override {
    return in_transaction([&] { return write_ocsp(database_, certificate); });
  }
  Result<> remove_certificate(const std::string& label) override {
    return with_backup(in_transaction([&] { return delete_certificate(database_, label); }));
  }

  Result<> remember_verdicts(const std::vector<RememberedVerdict>& verdicts) override {
    return in_transaction([&] { return replace_verdicts(verdicts); });
  }
  Result<std::vector<RememberedVerdict>> verdicts() override;

 private:
  template <class Work>
  Result<> in_transaction(Work work) {
    auto transaction = Transaction::begin(database_);
    if (!transaction) return fail(transaction.error());
    auto done = work();
    if (!done) return done;
    return transaction->commit();
  }

  Result<> with_backup(Result<> done);
  Result<> replace_all(const Whole& whole);
  Result<Revision> add_revision(const model::Configuration& configuration, const std::string& author,
                                const std::string& comment, std::optional<int64_t> restores,
                                std::optional<int64_t> expected_latest);
  void note_commit(const Revision& revision, const model::Configuration& configuration);
  Result<Revision> next_revision(std::optional<int64_t> expected_latest);
  Result<> insert(const Revision& revision, const std::string& document);
  Result<> await_confirmation(const Revision& revision, std::optional<WallTime> until);
  Result<> remove_oldest(int64_t newest);
  Result<> move_renamed(int64_t before, const model::Configuration& configuration);
  Result<> forget(const model::RealServerKey& key);
  Result<> move_all(const std::vector<Rename>& renames);
  Result<> move_table(const char* table, const std::vector<Rename>& renames);
  Result<> replace_verdicts(const std::vector<RememberedVerdict>& verdicts);

  struct Committed {
    int64_t number;
    model::Configuration configuration;
  };

  std::string path_;
  const Clock& clock_;
  Database database_;
  std::optional<Committed> last_;  // saves reading it back when the next one comes
};

}  // namespace evenkeel::config
