#pragma once
// SQLite with our errors and ownership, for this module's store and that of access. One thread per Database.

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace evenkeel::config {

class Statement {
 public:
  // Parameters count from 1. The text must outlive the next step().
  Statement& bind(int parameter, int64_t number);
  Statement& bind(int parameter, std::optional<int64_t> number);
  Statement& bind(int parameter, std::string_view text);
  // True: a row is there to be read. False: done.
  Result<bool> step();
  // For statements that give no rows; ready for other parameters afterwards.
  Result<> run();

  // Columns count from 0.
  int64_t integer(int column) const;
  std::optional<int64_t> optional_integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  enum class Access { kReadOnly, kReadWrite };
  // The file must exist. Until keep_journal(false) closing leaves the write-ahead log as it is: a file that turns out
  // to be damaged is not touched.
  static Result<Database> open(const std::string& path, Access access);

  Result<> execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  // The first column of the first row; none without a row.
  Result<std::optional<int64_t>> integer(std::string_view sql);
  Result<std::string> text(std::string_view sql);

  // kCorrupt where SQLite finds the file damaged, or can make nothing of it; other errors are the machine's.
  Result<> check_structure();
  Result<> keep_journal(bool keep);

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  explicit Database(sqlite3* connection) : connection_(connection) {}
  std::unique_ptr<sqlite3, Close> connection_;
};

// Rolls back unless commit() succeeded.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Result<> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace evenkeel::config
