#include "config/sqlite.h"

#include <fmt/format.h>

#include <cerrno>

#include "base/utf8.h"

namespace evenkeel::config {
namespace {

constexpr int kBusyMilliseconds = 5000;

ErrorCode code_of_io_error(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return ErrorCode::kResourceExhausted;
    default:
      return ErrorCode::kSystem;
  }
}

ErrorCode code_of(int result, int error_number) {
  switch (result & 0xff) {
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return ErrorCode::kResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_TOOBIG:  // a gigabyte: we write nothing like it, but a damaged file may claim to have it
      return ErrorCode::kCorrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_READONLY:
      return ErrorCode::kUnavailable;
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return ErrorCode::kPermission;
    case SQLITE_CONSTRAINT:
      return ErrorCode::kConflict;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return code_of_io_error(error_number);
    default:
      return ErrorCode::kInternal;
  }
}

std::string file_of(sqlite3* connection) {
  const char* file = sqlite3_db_filename(connection, "main");
  return file == nullptr ? "" : file;
}

// SQLite does not always note errno; then errno itself tells, which the caller has cleared before the call.
Error last_error(sqlite3* connection) {
  const int noted = sqlite3_system_errno(connection);
  const int error_number = noted != 0 ? noted : errno;
  const int result = sqlite3_extended_errcode(connection);
  // Of a damaged file SQLite quotes what may be no text.
  return Error{code_of(result, error_number), readable(sqlite3_errmsg(connection)), file_of(connection), error_number};
}

}  // namespace

Statement& Statement::bind(int parameter, int64_t number) {
  sqlite3_bind_int64(statement_.get(), parameter, number);
  return *this;
}

Statement& Statement::bind(int parameter, std::optional<int64_t> number) {
  if (number) return bind(parameter, *number);
  sqlite3_bind_null(statement_.get(), parameter);
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), parameter, text.data() == nullptr ? "" : text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Result<bool> Statement::step() {
  errno = 0;
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return fail(last_error(sqlite3_db_handle(statement_.get())));
  }
}

Result<> Statement::run() {
  auto stepped = step();
  if (!stepped) {
    sqlite3_reset(statement_.get());
    return fail(stepped.error());
  }
  sqlite3_reset(statement_.get());
  return {};
}

int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::optional<int64_t> Statement::optional_integer(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Result<Database> Database::open(const std::string& path, Access access) {
  errno = 0;
  sqlite3* connection = nullptr;
  const int flags = access == Access::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  const int result = sqlite3_open_v2(path.c_str(), &connection, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (connection == nullptr) return fail(ErrorCode::kResourceExhausted, "no memory for the database", path);
  Database database(connection);
  if (result != SQLITE_OK) {
    Error error = last_error(connection);
    error.object = path;
    return fail(std::move(error));
  }
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_busy_timeout(connection, kBusyMilliseconds);
  auto kept = database.keep_journal(true);
  if (!kept) return fail(kept.error());
  return database;
}

Result<> Database::execute(const std::string& sql) {
  errno = 0;
  if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return fail(last_error(connection_.get()));
  }
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  errno = 0;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(connection_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr) !=
      SQLITE_OK) {
    return fail(last_error(connection_.get()));
  }
  return Statement(statement);
}

Result<std::optional<int64_t>> Database::integer(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return fail(statement.error());
  auto row = statement->step();
  if (!row) return fail(row.error());
  return *row ? statement->optional_integer(0) : std::nullopt;
}

Result<std::string> Database::text(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return fail(statement.error());
  auto row = statement->step();
  if (!row) return fail(row.error());
  return *row ? statement->text(0) : std::string();
}

Result<> Database::check_structure() {
  const auto verdict = text("PRAGMA quick_check(1)");
  if (verdict && *verdict == "ok") return {};
  Error error =
      verdict ? Error{ErrorCode::kCorrupt, readable(*verdict), file_of(connection_.get()), 0} : verdict.error();
  if (error.code == ErrorCode::kInternal) error.code = ErrorCode::kCorrupt;
  return fail(std::move(error));
}

Result<> Database::keep_journal(bool keep) {
  errno = 0;
  if (sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr) != SQLITE_OK) {
    return fail(last_error(connection_.get()));
  }
  return {};
}

Result<Transaction> Transaction::begin(Database& database) {
  auto begun = database.execute("BEGIN IMMEDIATE");
  if (!begun) return fail(begun.error());
  return Transaction(database);
}

Transaction::~Transaction() {
  // An error here means that SQLite has rolled back already.
  if (database_ != nullptr) static_cast<void>(database_->execute("ROLLBACK"));
}

Result<> Transaction::commit() {
  auto committed = database_->execute("COMMIT");
  if (committed) database_ = nullptr;
  return committed;
}

}  // namespace evenkeel::config
