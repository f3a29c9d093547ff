#include "access/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>

#include "base/fd.h"
#include "config/migration.h"
#include "config/schema.h"
#include "config/sqlite.h"

namespace evenkeel::access {
namespace {

using config::Database;
using config::from_stored;
using config::Statement;
using config::to_stored;

constexpr int64_t kApplicationId = 0x45764163;  // "EvAc"

// Step N brings user_version from N to N + 1. Steps that were released are never changed. The audit trail can only
// grow: the newest million entries cannot be taken out.
constexpr std::array<const char*, 1> kMigrations{R"sql(
  CREATE TABLE user (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    source TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    totp_secret TEXT NOT NULL,
    totp_used INTEGER NOT NULL,
    created INTEGER NOT NULL,
    last_sign_in INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE session (
    fingerprint TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    address TEXT NOT NULL,
    began INTEGER NOT NULL,
    used INTEGER NOT NULL,
    ends INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    label TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    fingerprint TEXT NOT NULL UNIQUE,
    created_by TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER
  ) STRICT;
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    user TEXT NOT NULL,
    address TEXT NOT NULL,
    what TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_by_user ON audit (user, id);
  CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END;
  CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit WHEN OLD.id > (SELECT max(id) FROM audit) - 1000000
    BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END;
)sql"};

Result<> bring_up_to_date(Database& database) {
  auto application = database.integer("PRAGMA application_id");
  if (!application) return fail(application.error());
  if (application->value_or(0) != 0 && *application != kApplicationId) {
    return fail(ErrorCode::kCorrupt, "this is the database of another program");
  }
  auto version = database.integer("PRAGMA user_version");
  if (!version) return fail(version.error());
  if (version->value_or(0) > static_cast<int64_t>(kMigrations.size())) {
    return fail(ErrorCode::kUnsupported, "a newer version of Evenkeel wrote this: install that version again");
  }
  return config::take_steps(database, kMigrations, version->value_or(0), kApplicationId);
}

Result<> make_private_file(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.is_open()) return fail(system_error("cannot open it", path));
  if (::fchmod(file.get(), 0600) != 0) return fail(system_error("cannot make it private", path));
  return {};
}

Error unreadable(std::string_view what, const std::string& name) {
  return Error{ErrorCode::kCorrupt, fmt::format("a stored {} cannot be read", what), name, 0};
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(Database database) : database_(std::move(database)) {}

  Result<std::vector<User>> users() override;
  Result<std::vector<Session>> sessions() override;
  Result<std::vector<Token>> tokens() override;
  Result<std::vector<AuditEntry>> audit(const AuditQuery& query) override;
  Result<> together(const std::function<Result<>()>& work) override;
  Result<> save(const User& user) override;
  Result<> remove_user(const std::string& name) override;
  Result<> save(const Session& session) override;
  Result<> remove_session(const std::string& fingerprint) override;
  Result<int64_t> add(const Token& token) override;
  Result<> remove_token(int64_t id) override;
  Result<> append(const AuditEntry& entry) override;

 private:
  // What `read` makes of each row.
  template <class Row, class Read>
  Result<std::vector<Row>> read_all(Result<Statement> statement, Read read);
  // For statements that give no rows.
  template <class Bind>
  Result<> run(std::string_view sql, Bind bind);

  Database database_;
  int appended_ = 0;  // audit entries, since the start
};

template <class Row, class Read>
Result<std::vector<Row>> SqliteStore::read_all(Result<Statement> statement, Read read) {
  if (!statement) return fail(statement.error());
  std::vector<Row> rows;
  while (true) {
    auto has_row = statement->step();
    if (!has_row) return fail(has_row.error());
    if (!*has_row) return rows;
    Result<Row> row = read(*statement);
    if (!row) return fail(row.error());
    rows.push_back(std::move(*row));
  }
}

template <class Bind>
Result<> SqliteStore::run(std::string_view sql, Bind bind) {
  auto statement = database_.prepare(sql);
  if (!statement) return fail(statement.error());
  bind(*statement);
  return statement->run();
}

Result<> SqliteStore::together(const std::function<Result<>()>& work) {
  auto transaction = config::Transaction::begin(database_);
  if (!transaction) return fail(transaction.error());
  if (auto done = work(); !done) return done;
  return transaction->commit();
}

Result<User> read_user(const Statement& row) {
  const auto role = parse_role(row.text(1));
  const auto source = parse_source(row.text(2));
  if (!role || !source) return fail(unreadable("user", row.text(0)));
  return User{.name = row.text(0),
              .role = *role,
              .source = *source,
              .password_hash = row.text(3),
              .totp_secret = row.text(4),
              .totp_used = row.integer(5),
              .created = from_stored(row.integer(6)),
              .last_sign_in = row.optional_integer(7).transform(from_stored)};
}

Result<std::vector<User>> SqliteStore::users() {
  return read_all<User>(
      database_.prepare("SELECT name, role, source, password_hash, totp_secret, totp_used, created, last_sign_in "
                        "FROM user ORDER BY name"),
      read_user);
}

Result<std::vector<Session>> SqliteStore::sessions() {
  return read_all<Session>(database_.prepare("SELECT fingerprint, user, address, began, used, ends FROM session"),
                           [](const Statement& row) -> Result<Session> {
                             return Session{.fingerprint = row.text(0),
                                            .user = row.text(1),
                                            .address = row.text(2),
                                            .began = from_stored(row.integer(3)),
                                            .used = from_stored(row.integer(4)),
                                            .ends = from_stored(row.integer(5))};
                           });
}

Result<Token> read_token(const Statement& row) {
  const auto role = parse_role(row.text(2));
  if (!role) return fail(unreadable("token", row.text(1)));
  return Token{.id = row.integer(0),
               .label = row.text(1),
               .role = *role,
               .fingerprint = row.text(3),
               .created_by = row.text(4),
               .created = from_stored(row.integer(5)),
               .expires = row.optional_integer(6).transform(from_stored)};
}

Result<std::vector<Token>> SqliteStore::tokens() {
  return read_all<Token>(
      database_.prepare("SELECT id, label, role, fingerprint, created_by, created, expires FROM token ORDER BY id"),
      read_token);
}

Result<std::vector<AuditEntry>> SqliteStore::audit(const AuditQuery& query) {
  auto statement = database_.prepare(
      query.user.empty()
          ? "SELECT id, at, user, address, what FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?"
          : "SELECT id, at, user, address, what FROM audit WHERE id < ? AND user = ?3 ORDER BY id DESC LIMIT ?2");
  if (!statement) return fail(statement.error());
  statement->bind(1, query.before.value_or(INT64_MAX)).bind(2, static_cast<int64_t>(query.limit));
  if (!query.user.empty()) statement->bind(3, query.user);
  return read_all<AuditEntry>(std::move(statement), [](const Statement& row) -> Result<AuditEntry> {
    return AuditEntry{row.integer(0), from_stored(row.integer(1)), row.text(2), row.text(3), row.text(4)};
  });
}

Result<> SqliteStore::save(const User& user) {
  return run(
      "INSERT OR REPLACE INTO user (name, role, source, password_hash, totp_secret, totp_used, created, last_sign_in) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      [&](Statement& statement) {
        statement.bind(1, user.name).bind(2, std::string_view(to_string(user.role)));
        statement.bind(3, std::string_view(to_string(user.source))).bind(4, user.password_hash);
        statement.bind(5, user.totp_secret).bind(6, user.totp_used).bind(7, to_stored(user.created));
        statement.bind(8, user.last_sign_in.transform(to_stored));
      });
}

Result<> SqliteStore::remove_user(const std::string& name) {
  return run("DELETE FROM user WHERE name = ?", [&](Statement& statement) { statement.bind(1, name); });
}

Result<> SqliteStore::save(const Session& session) {
  return run("INSERT OR REPLACE INTO session (fingerprint, user, address, began, used, ends) VALUES (?, ?, ?, ?, ?, ?)",
             [&](Statement& statement) {
               statement.bind(1, session.fingerprint).bind(2, session.user).bind(3, session.address);
               statement.bind(4, to_stored(session.began)).bind(5, to_stored(session.used));
               statement.bind(6, to_stored(session.ends));
             });
}

Result<> SqliteStore::remove_session(const std::string& fingerprint) {
  return run("DELETE FROM session WHERE fingerprint = ?",
             [&](Statement& statement) { statement.bind(1, fingerprint); });
}

Result<int64_t> SqliteStore::add(const Token& token) {
  auto added =
      run("INSERT INTO token (label, role, fingerprint, created_by, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
          [&](Statement& statement) {
            statement.bind(1, token.label).bind(2, std::string_view(to_string(token.role)));
            statement.bind(3, token.fingerprint).bind(4, token.created_by);
            statement.bind(5, to_stored(token.created)).bind(6, token.expires.transform(to_stored));
          });
  if (!added) return fail(added.error());
  auto id = database_.integer("SELECT last_insert_rowid()");
  if (!id) return fail(id.error());
  return id->value_or(0);
}

Result<> SqliteStore::remove_token(int64_t id) {
  return run("DELETE FROM token WHERE id = ?", [&](Statement& statement) { statement.bind(1, id); });
}

Result<> SqliteStore::append(const AuditEntry& entry) {
  constexpr int kEvery = 1000;
  auto added = run("INSERT INTO audit (at, user, address, what) VALUES (?, ?, ?, ?)", [&](Statement& statement) {
    statement.bind(1, to_stored(entry.at)).bind(2, entry.user).bind(3, entry.address).bind(4, entry.what);
  });
  if (!added) return added;
  if (++appended_ % kEvery != 0) return {};
  return database_.execute("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - 1000000");
}

}  // namespace

const char* to_string(Source source) {
  return source == Source::kPam ? "pam" : "local";
}

std::optional<Source> parse_source(std::string_view name) {
  for (const Source source : {Source::kLocal, Source::kPam}) {
    if (name == to_string(source)) return source;
  }
  return std::nullopt;
}

Result<std::unique_ptr<Store>> Store::open(const std::string& path) {
  auto made = make_private_file(path);
  if (!made) return fail(made.error());
  auto database = Database::open(path, Database::Access::kReadWrite);
  if (!database) return fail(database.error());
  auto sound = database->text("PRAGMA quick_check(1)");
  if (!sound) return fail(sound.error());
  if (*sound != "ok") return fail(ErrorCode::kCorrupt, *sound, path);
  auto durable = database->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  if (!durable) return fail(durable.error());
  if (auto migrated = bring_up_to_date(*database); !migrated) return fail(migrated.error());
  if (auto folded = database->keep_journal(false); !folded) return fail(folded.error());
  return std::make_unique<SqliteStore>(std::move(*database));
}

}  // namespace evenkeel::access
