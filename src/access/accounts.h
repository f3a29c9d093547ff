#pragma once
// Users, their sessions and tokens, and the audit trail, as the API sees them. Lives on the control loop: what decides
// about a request is in memory; the store, passwords and PAM each have threads of their own, as few and with as short a
// queue as bounds what signing in can cost.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/password.h"
#include "access/sessions.h"
#include "access/store.h"
#include "access/throttle.h"
#include "base/clock.h"
#include "base/result.h"

namespace evenkeel::access {

// Who does something, for the audit trail.
struct Author {
  std::string name;
  std::string address;  // "local" on the console's socket
};

struct Attempt {
  std::string user;
  std::string password;
  std::string code;     // TOTP; may be empty
  std::string address;  // of the client
};

struct SignedIn {
  std::string token;
  Session session;
  Role role;
};

struct SignInRefused {
  enum class Why {
    kNotSetUp,     // there is no user yet
    kWrong,        // user, password or code: which, nobody is told
    kCodeWanted,   // the password is right
    kTooOften,     // wait
    kUnavailable,  // PAM or the store does not work, or too many sign in at once
  };
  Why why = Why::kWrong;
  std::chrono::seconds wait{0};  // kTooOften
  std::string message = {};      // kUnavailable
};

// Who a session or token stands for, now.
struct Visitor {
  std::string name;
  Role role = Role::kNobody;
  std::optional<Session> session;
  std::optional<WallTime> expires;  // of a token
};

class Accounts {
 public:
  struct Options {
    PasswordCost cost;
    Sessions::Options sessions;
    std::string pam_service = "evenkeel";
    std::string pam_directory = "/etc/pam.d";
  };

  static Result<std::unique_ptr<Accounts>> open(const std::string& path, const Clock& clock, Options options);
  Accounts(std::unique_ptr<Store> store, const Clock& clock, Options options);

  // None: the session or token is over, or never was one.
  enum class Use { kRequest, kBackground };  // what the page does by itself keeps no session alive
  boost::asio::awaitable<std::optional<Visitor>> find_session(std::string token, Use use);
  bool is_session(std::string_view token) const { return sessions_.find(token) != nullptr; }
  std::optional<Visitor> find_token(std::string_view token) const;
  const Sessions::Options& session_options() const { return sessions_.options(); }

  boost::asio::awaitable<std::expected<SignedIn, SignInRefused>> sign_in(Attempt attempt);
  boost::asio::awaitable<Result<>> sign_out(std::string token, Author author);

  const std::map<std::string, User, std::less<>>& users() const { return users_; }
  Result<const User*> find_user(std::string_view name) const;

  // A password of a local user is checked for strength. Everything that decides who may do what is durable when these
  // return, and holds for the requests that come after.
  struct NewUser {
    std::string name;
    Role role = Role::kViewer;
    Source source = Source::kLocal;
    std::string password = {};  // of a local one
  };
  boost::asio::awaitable<Result<User>> add_user(NewUser wanted);
  // kConflict: nobody could administer any more.
  boost::asio::awaitable<Result<User>> change_role(std::string name, Role role);
  boost::asio::awaitable<Result<>> remove_user(std::string name);
  // Ends the user's other sessions. `spared`: the token of the session that does it; may be empty.
  boost::asio::awaitable<Result<>> set_password(std::string name, std::string password, std::string spared);
  // kPermission: it is wrong. kUnavailable: too many at once. Counted as attempts to sign in are.
  boost::asio::awaitable<Result<>> check_password(std::string name, std::string password, std::string address);

  // A secret that counts only when a code made of it has come: who cannot show codes is not locked out.
  Result<std::string> begin_totp(const std::string& name);
  boost::asio::awaitable<Result<>> confirm_totp(std::string name, std::string code);
  boost::asio::awaitable<Result<>> remove_totp(std::string name);

  struct NewToken {
    std::string label;
    Role role = Role::kViewer;
    std::optional<WallTime> expires = {};
    std::string created_by = {};
  };
  struct MadeToken {
    Token token;
    std::string text;  // "ek_...": nowhere else
  };
  const std::vector<Token>& tokens() const { return tokens_; }
  boost::asio::awaitable<Result<MadeToken>> add_token(NewToken wanted);
  boost::asio::awaitable<Result<Token>> remove_token(int64_t id);

  // In place of all that there are, in one transaction with `also`, which runs in the store's thread. Sessions of users
  // that are not what they were end.
  boost::asio::awaitable<Result<>> replace(std::vector<User> users, std::vector<Token> tokens,
                                           std::function<Result<>()> also);

  // Durable when it returns; logs its own failure, since what it tells of has happened.
  boost::asio::awaitable<void> note(Author author, std::string what);
  boost::asio::awaitable<Result<std::vector<AuditEntry>>> audit(AuditQuery query);

 private:
  boost::asio::awaitable<Result<>> write(std::function<Result<>()> work);
  boost::asio::awaitable<Result<>> verify(std::optional<User> user, Attempt attempt);
  boost::asio::awaitable<Result<>> save(User user);
  boost::asio::awaitable<Result<>> save_sessions_ended(std::vector<std::string> fingerprints);
  boost::asio::awaitable<SignInRefused> refuse_wrong(Attempt attempt);
  boost::asio::awaitable<std::expected<SignedIn, SignInRefused>> begin_session(User user, Attempt attempt);
  bool is_last_administrator(const User& user) const;
  bool may_be_noted();

  const std::unique_ptr<Store> store_;  // of the writer's thread
  const Clock& clock_;
  const Options options_;
  std::map<std::string, User, std::less<>> users_;
  std::vector<Token> tokens_;
  Sessions sessions_;
  SignInThrottle throttle_;
  std::map<std::string, std::string> totp_begun_;  // user -> secret that is not confirmed
  std::shared_ptr<int> verifying_ = std::make_shared<int>(0);
  SteadyTime failures_from_;  // the minute in which failures are noted one by one
  int failures_noted_ = 0;
  boost::asio::thread_pool writer_{1};
  boost::asio::thread_pool passwords_{1};
  boost::asio::thread_pool pam_{2};
};

}  // namespace evenkeel::access
