#pragma once
// The durable part of access: users, sessions, tokens and the audit trail, in one SQLite file of their own beside the
// configuration's. A call that returned success has reached the disk, and may take as long as an fsync: one thread at a
// time, never the control loop's.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/role.h"
#include "base/clock.h"
#include "base/result.h"

namespace evenkeel::access {

enum class Source { kLocal, kPam };  // who knows the password

struct User {
  std::string name;
  Role role = Role::kViewer;
  Source source = Source::kLocal;
  std::string password_hash = {};  // of local users
  std::string totp_secret = {};    // base32; empty: none
  int64_t totp_used = 0;           // the step of the last code that was taken
  WallTime created = {};
  std::optional<WallTime> last_sign_in = {};
};

struct Session {
  std::string fingerprint;  // of its token
  std::string user;
  std::string address;  // that it was begun from
  WallTime began;
  WallTime used;
  WallTime ends;  // at the latest
};

struct Token {
  int64_t id = 0;
  std::string label;
  Role role = Role::kViewer;
  std::string fingerprint;
  std::string created_by;
  WallTime created;
  std::optional<WallTime> expires = {};
};

struct AuditEntry {
  int64_t id = 0;
  WallTime at;
  std::string user;     // empty: nobody that we know
  std::string address;  // "local" on the console's socket
  std::string what;     // a sentence without secrets
};

struct AuditQuery {
  size_t limit = 100;
  std::optional<int64_t> before = {};  // only entries with a smaller id
  std::string user = {};               // only of this one; empty: all
};

class Store {
 public:
  virtual ~Store() = default;

  // The directory must exist. Makes the file if there is none, readable for its owner alone.
  static Result<std::unique_ptr<Store>> open(const std::string& path);

  virtual Result<std::vector<User>> users() = 0;
  virtual Result<std::vector<Session>> sessions() = 0;
  virtual Result<std::vector<Token>> tokens() = 0;
  virtual Result<std::vector<AuditEntry>> audit(const AuditQuery& query) = 0;  // newest first

  // All of what `work` does, or nothing.
  virtual Result<> together(const std::function<Result<>()>& work) = 0;

  virtual Result<> save(const User& user) = 0;
  virtual Result<> remove_user(const std::string& name) = 0;
  virtual Result<> save(const Session& session) = 0;
  virtual Result<> remove_session(const std::string& fingerprint) = 0;
  virtual Result<int64_t> add(const Token& token) = 0;  // its id
  virtual Result<> remove_token(int64_t id) = 0;
  virtual Result<> append(const AuditEntry& entry) = 0;  // its id is given here
};

const char* to_string(Source source);
std::optional<Source> parse_source(std::string_view name);

}  // namespace evenkeel::access
