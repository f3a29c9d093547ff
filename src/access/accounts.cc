#include "access/accounts.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "access/pam.h"
#include "access/secret.h"
#include "access/totp.h"
#include "base/blocking.h"
#include "base/ip_address.h"

namespace evenkeel::access {
namespace asio = boost::asio;
namespace {

constexpr int kMostVerifying = 32;
constexpr int kMostByPam = kMostVerifying / 2;  // a server that does not answer leaves the others their places
constexpr int kFailuresNotedPerMinute = 60;
constexpr size_t kMostUsers = 1000;
constexpr size_t kMostTokens = 1000;
constexpr size_t kTokenBytes = 32;
constexpr std::string_view kTokenPrefix = "ek_";

Error no_user(std::string_view name) {
  return Error{ErrorCode::kNotFound, fmt::format("there is no user \"{}\"", name), {}, 0};
}

// Who has an IPv6 address mostly has all of its /64.
std::string throttled_as(const std::string& address) {
  constexpr int kOfOneCustomer = 64;
  const auto parsed = IpAddress::parse(address);
  return !parsed || parsed->is_ipv4() ? address : parsed->masked(kOfOneCustomer).to_string();
}

class Busy {
 public:
  explicit Busy(std::shared_ptr<int> count) : count_(std::move(count)) { ++*count_; }
  ~Busy() { --*count_; }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  std::shared_ptr<int> count_;
};

}  // namespace

Result<std::unique_ptr<Accounts>> Accounts::open(const std::string& path, const Clock& clock, Options options) {
  auto store = Store::open(path);
  if (!store) return fail(store.error());
  auto users = (*store)->users();
  if (!users) return fail(users.error());
  auto sessions = (*store)->sessions();
  if (!sessions) return fail(sessions.error());
  auto tokens = (*store)->tokens();
  if (!tokens) return fail(tokens.error());
  auto accounts = std::make_unique<Accounts>(std::move(*store), clock, std::move(options));
  for (User& user : *users) accounts->users_.emplace(user.name, user);
  std::erase_if(*sessions, [&](const Session& session) { return !accounts->users_.contains(session.user); });
  accounts->sessions_.restore(std::move(*sessions));
  accounts->tokens_ = std::move(*tokens);
  return accounts;
}

Accounts::Accounts(std::unique_ptr<Store> store, const Clock& clock, Options options)
    : store_(std::move(store)),
      clock_(clock),
      options_(std::move(options)),
      sessions_(clock, options_.sessions),
      throttle_(clock) {}

asio::awaitable<Result<>> Accounts::write(std::function<Result<>()> work) {
  co_return co_await run_blocking(writer_, [&] { return store_->together(work); });
}

asio::awaitable<Result<>> Accounts::save(User user) {
  co_return co_await write([&] { return store_->save(user); });
}

asio::awaitable<Result<>> Accounts::save_sessions_ended(std::vector<std::string> fingerprints) {
  if (fingerprints.empty()) co_return Result<>();
  co_return co_await write([&]() -> Result<> {
    for (const std::string& fingerprint : fingerprints) {
      if (auto removed = store_->remove_session(fingerprint); !removed) return removed;
    }
    return {};
  });
}

asio::awaitable<std::optional<Visitor>> Accounts::find_session(std::string token, Use use) {
  bool must_remember = false;
  const Session* const found = use == Use::kRequest ? sessions_.use(token, must_remember) : sessions_.find(token);
  if (found == nullptr) co_return std::nullopt;
  const auto user = users_.find(found->user);
  if (user == users_.end()) co_return std::nullopt;
  Visitor visitor{found->user, user->second.role, *found, std::nullopt};
  if (must_remember) {
    const auto saved = co_await write([&] { return store_->save(*visitor.session); });
    if (!saved) spdlog::warn("access: a session's last use was not stored: {}", to_string(saved.error()));
    if (!is_session(token)) co_return std::nullopt;  // ended meanwhile
  }
  co_return visitor;
}

std::optional<Visitor> Accounts::find_token(std::string_view text) const {
  const std::string print = fingerprint(text);
  const auto found = std::ranges::find(tokens_, print, &Token::fingerprint);
  if (found == tokens_.end() || (found->expires && clock_.wall_now() >= *found->expires)) return std::nullopt;
  return Visitor{fmt::format("token {}", found->label), found->role, std::nullopt, found->expires};
}

Result<const User*> Accounts::find_user(std::string_view name) const {
  const auto found = users_.find(name);
  if (found == users_.end()) return fail(no_user(name));
  return &found->second;
}

// For a user that does not exist it costs the same.
asio::awaitable<Result<>> Accounts::verify(std::optional<User> user, Attempt attempt) {
  const bool is_by_pam = user && user->source == Source::kPam;
  if (*verifying_ >= (is_by_pam ? kMostByPam : kMostVerifying)) {
    co_return fail(ErrorCode::kUnavailable, "too many sign in at once: try again in a moment");
  }
  const Busy busy(verifying_);
  if (is_by_pam) {
    const PamRequest request{options_.pam_service, options_.pam_directory, attempt.user, attempt.password,
                             attempt.address};
    co_return co_await run_blocking(pam_, [&] { return authenticate_by_pam(request); });
  }
  const std::string hash = user ? user->password_hash : kNobodysHash;
  const bool is_right = co_await run_blocking(passwords_, [&] { return is_password(hash, attempt.password); });
  if (!is_right || !user) co_return fail(ErrorCode::kPermission, "wrong");
  co_return Result<>();
}

asio::awaitable<std::expected<SignedIn, SignInRefused>> Accounts::sign_in(Attempt attempt) {
  using Why = SignInRefused::Why;
  if (users_.empty()) co_return std::unexpected(SignInRefused{Why::kNotSetUp});
  const std::string address = throttled_as(attempt.address);
  if (const auto wait = throttle_.admit(attempt.user, address)) {
    co_return std::unexpected(SignInRefused{Why::kTooOften, *wait});
  }
  const auto before = users_.find(attempt.user);
  const auto known = before == users_.end() ? std::nullopt : std::optional(before->second);
  const auto verified = co_await verify(known, attempt);
  if (!verified && verified.error().code != ErrorCode::kPermission) {
    throttle_.forgive(attempt.user, address);
    co_return std::unexpected(SignInRefused{Why::kUnavailable, {}, verified.error().message});
  }
  // Somebody may have changed or removed the user meanwhile.
  const auto found = users_.find(attempt.user);
  const bool is_same = known && found != users_.end() && found->second.password_hash == known->password_hash &&
                       found->second.source == known->source;
  if (!verified || !is_same) co_return std::unexpected(co_await refuse_wrong(attempt));
  User& user = found->second;
  if (!user.totp_secret.empty()) {
    if (attempt.code.empty()) {
      throttle_.forgive(attempt.user, address);
      co_return std::unexpected(SignInRefused{Why::kCodeWanted});
    }
    const auto step = match_totp(user.totp_secret, attempt.code, clock_.wall_now(), user.totp_used);
    if (!step) co_return std::unexpected(co_await refuse_wrong(attempt));
    user.totp_used = *step;
  }
  throttle_.succeeded(attempt.user, address);
  user.last_sign_in = clock_.wall_now();
  co_return co_await begin_session(user, attempt);
}

asio::awaitable<std::expected<SignedIn, SignInRefused>> Accounts::begin_session(User user, Attempt attempt) {
  Sessions::Begun begun = sessions_.begin(user.name, attempt.address);
  const AuditEntry entry{0, clock_.wall_now(), user.name, attempt.address, "signed in"};
  const auto stored = co_await write([&]() -> Result<> {
    for (const std::string& fingerprint : begun.ended) {
      if (auto removed = store_->remove_session(fingerprint); !removed) return removed;
    }
    if (auto saved = store_->save(begun.session); !saved) return saved;
    if (auto saved = store_->save(user); !saved) return saved;
    return store_->append(entry);
  });
  if (!stored) {
    sessions_.end(begun.token);
    co_return std::unexpected(SignInRefused{SignInRefused::Why::kUnavailable, {}, to_string(stored.error())});
  }
  co_return SignedIn{std::move(begun.token), std::move(begun.session), user.role};
}

// What was typed in place of a user's name may be a password: only names that exist are noted.
asio::awaitable<SignInRefused> Accounts::refuse_wrong(Attempt attempt) {
  const bool is_known = users_.contains(attempt.user);
  if (may_be_noted()) {
    co_await note({is_known ? attempt.user : std::string(), attempt.address},
                  is_known ? "sign-in failed" : "sign-in failed: there is no such user");
  }
  co_return SignInRefused{};
}

// A guesser at many addresses shall not fill the disk.
bool Accounts::may_be_noted() {
  if (clock_.steady_now() - failures_from_ >= std::chrono::minutes(1)) {
    if (failures_noted_ > kFailuresNotedPerMinute) {
      spdlog::warn("access: {} failed sign-ins of one minute are not in the audit trail",
                   failures_noted_ - kFailuresNotedPerMinute);
    }
    failures_from_ = clock_.steady_now();
    failures_noted_ = 0;
  }
  return ++failures_noted_ <= kFailuresNotedPerMinute;
}

asio::awaitable<Result<>> Accounts::sign_out(std::string token, Author author) {
  if (!sessions_.end(token)) co_return fail(ErrorCode::kNotFound, "this session is over already");
  const AuditEntry entry{0, clock_.wall_now(), author.name, author.address, "signed out"};
  co_return co_await write([&]() -> Result<> {
    if (auto removed = store_->remove_session(fingerprint(token)); !removed) return removed;
    return store_->append(entry);
  });
}

asio::awaitable<Result<User>> Accounts::add_user(NewUser wanted) {
  if (users_.size() >= kMostUsers) co_return fail(ErrorCode::kResourceExhausted, "there are 1,000 users already");
  User user{.name = wanted.name, .role = wanted.role, .source = wanted.source, .created = clock_.wall_now()};
  if (wanted.source == Source::kLocal) {
    if (const auto weakness = weakness_of(wanted.password, wanted.name)) {
      co_return fail(ErrorCode::kInvalidArgument, *weakness);
    }
    auto hash = co_await run_blocking(passwords_, [&] { return hash_password(wanted.password, options_.cost); });
    if (!hash) co_return fail(hash.error());
    user.password_hash = std::move(*hash);
  }
  if (users_.contains(user.name)) {
    co_return fail(ErrorCode::kConflict, fmt::format("there is a user \"{}\" already", user.name));
  }
  users_.emplace(user.name, user);  // nobody else can take the name meanwhile
  if (auto saved = co_await save(user); !saved) {
    users_.erase(user.name);
    co_return fail(saved.error());
  }
  co_return user;
}

bool Accounts::is_last_administrator(const User& user) const {
  const auto administrators =
      std::ranges::count(users_, Role::kAdministrator, [](const auto& u) { return u.second.role; });
  return user.role == Role::kAdministrator && administrators == 1;
}

asio::awaitable<Result<User>> Accounts::change_role(std::string name, Role role) {
  const auto found = users_.find(name);
  if (found == users_.end()) co_return fail(no_user(name));
  if (role != Role::kAdministrator && is_last_administrator(found->second)) {
    co_return fail(ErrorCode::kConflict, fmt::format("{} is the only administrator: make another one first", name));
  }
  const Role before = std::exchange(found->second.role, role);
  User user = found->second;
  if (auto saved = co_await save(user); !saved) {
    if (const auto again = users_.find(name); again != users_.end()) again->second.role = before;
    co_return fail(saved.error());
  }
  co_return user;
}

asio::awaitable<Result<>> Accounts::remove_user(std::string name) {
  const auto found = users_.find(name);
  if (found == users_.end()) co_return fail(no_user(name));
  if (is_last_administrator(found->second)) {
    co_return fail(ErrorCode::kConflict, fmt::format("{} is the only administrator: make another one first", name));
  }
  users_.erase(found);
  totp_begun_.erase(name);
  const auto ended = sessions_.end_all_of(name);
  co_return co_await write([&]() -> Result<> {
    for (const std::string& fingerprint : ended) {
      if (auto removed = store_->remove_session(fingerprint); !removed) return removed;
    }
    return store_->remove_user(name);
  });
}

asio::awaitable<Result<>> Accounts::set_password(std::string name, std::string password, std::string spared) {
  const auto before = find_user(name);
  if (!before) co_return fail(before.error());
  if ((*before)->source != Source::kLocal) {
    co_return fail(ErrorCode::kUnsupported,
                   fmt::format("{}'s password is not Evenkeel's but PAM's: change it there", name));
  }
  if (const auto weakness = weakness_of(password, name)) co_return fail(ErrorCode::kInvalidArgument, *weakness);
  auto hash = co_await run_blocking(passwords_, [&] { return hash_password(password, options_.cost); });
  if (!hash) co_return fail(hash.error());
  const auto found = users_.find(name);
  if (found == users_.end()) co_return fail(no_user(name));
  const std::string old = std::exchange(found->second.password_hash, std::move(*hash));
  if (auto saved = co_await save(found->second); !saved) {
    if (const auto again = users_.find(name); again != users_.end()) again->second.password_hash = old;
    co_return saved;
  }
  co_return co_await save_sessions_ended(sessions_.end_all_of(name, spared));
}

asio::awaitable<Result<>> Accounts::check_password(std::string name, std::string password, std::string address) {
  const auto found = find_user(name);
  if (!found) co_return fail(found.error());
  const std::string from = throttled_as(address);
  if (const auto wait = throttle_.admit(name, from)) {
    co_return fail(ErrorCode::kUnavailable, fmt::format("too many wrong passwords: wait {} s", wait->count()));
  }
  auto verified = co_await verify(**found, {name, std::move(password), {}, address});
  if (verified) throttle_.succeeded(name, from);
  if (!verified && verified.error().code == ErrorCode::kPermission) {
    co_return fail(ErrorCode::kPermission, "the old password is wrong");
  }
  co_return verified;
}

Result<std::string> Accounts::begin_totp(const std::string& name) {
  const auto found = find_user(name);
  if (!found) return fail(found.error());
  if (!(*found)->totp_secret.empty()) {
    return fail(ErrorCode::kConflict, fmt::format("{} has a second factor already: remove it first", name));
  }
  return totp_begun_[name] = new_totp_secret();
}

asio::awaitable<Result<>> Accounts::confirm_totp(std::string name, std::string code) {
  const auto found = users_.find(name);
  if (found == users_.end()) co_return fail(no_user(name));
  const auto begun = totp_begun_.find(name);
  if (begun == totp_begun_.end()) co_return fail(ErrorCode::kConflict, "begin first, without a code");
  const auto step = match_totp(begun->second, code, clock_.wall_now(), 0);
  if (!step) {
    co_return fail(ErrorCode::kInvalidArgument, "the code is not the one of this moment: are both clocks right?");
  }
  found->second.totp_secret = std::move(begun->second);
  found->second.totp_used = *step;
  totp_begun_.erase(begun);
  co_return co_await save(found->second);
}

asio::awaitable<Result<>> Accounts::remove_totp(std::string name) {
  const auto found = users_.find(name);
  if (found == users_.end()) co_return fail(no_user(name));
  totp_begun_.erase(name);
  found->second.totp_secret.clear();
  found->second.totp_used = 0;
  co_return co_await save(found->second);
}

asio::awaitable<Result<Accounts::MadeToken>> Accounts::add_token(NewToken wanted) {
  if (tokens_.size() >= kMostTokens) co_return fail(ErrorCode::kResourceExhausted, "there are 1,000 tokens already");
  if (std::ranges::find(tokens_, wanted.label, &Token::label) != tokens_.end()) {
    co_return fail(ErrorCode::kConflict, fmt::format("there is a token \"{}\" already", wanted.label));
  }
  MadeToken made;
  made.text = std::string(kTokenPrefix) + random_text(kTokenBytes);
  made.token = {.label = wanted.label,
                .role = wanted.role,
                .fingerprint = fingerprint(made.text),
                .created_by = wanted.created_by,
                .created = clock_.wall_now(),
                .expires = wanted.expires};
  const auto id = co_await run_blocking(writer_, [&] { return store_->add(made.token); });
  if (!id) co_return fail(id.error());
  made.token.id = *id;
  tokens_.push_back(made.token);
  co_return made;
}

asio::awaitable<Result<Token>> Accounts::remove_token(int64_t id) {
  const auto found = std::ranges::find(tokens_, id, &Token::id);
  if (found == tokens_.end()) co_return fail(ErrorCode::kNotFound, fmt::format("there is no token {}", id));
  Token token = *found;
  tokens_.erase(found);
  const auto removed = co_await write([&] { return store_->remove_token(id); });
  if (!removed) co_return fail(removed.error());
  co_return token;
}

asio::awaitable<void> Accounts::note(Author author, std::string what) {
  const AuditEntry entry{0, clock_.wall_now(), std::move(author.name), std::move(author.address), std::move(what)};
  const auto noted = co_await write([&] { return store_->append(entry); });
  if (!noted)
    spdlog::error("access: the audit trail lacks \"{}\" of {}: {}", entry.what, entry.user, to_string(noted.error()));
}

asio::awaitable<Result<std::vector<AuditEntry>>> Accounts::audit(AuditQuery query) {
  co_return co_await run_blocking(writer_, [&] { return store_->audit(query); });
}

}  // namespace evenkeel::access
