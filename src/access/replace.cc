#include "access/replace.h"

#include <algorithm>

#include "access/accounts.h"

namespace evenkeel::access {
namespace {

bool is_the_same(const User& before, const User& now) {
  return before.role == now.role && before.source == now.source && before.password_hash == now.password_hash &&
         before.totp_secret == now.totp_secret;
}

Result<> replace_users(Store& store, std::vector<User>& users, Replaced& replaced) {
  const auto known = store.users();
  if (!known) return fail(known.error());
  for (const User& before : *known) {
    const auto now = std::ranges::find(users, before.name, &User::name);
    if (now == users.end() || !is_the_same(before, *now)) replaced.signed_out.push_back(before.name);
    if (now == users.end()) {
      if (auto removed = store.remove_user(before.name); !removed) return removed;
    } else if (now->totp_secret == before.totp_secret) {
      now->totp_used = std::max(now->totp_used, before.totp_used);  // a code that was used stays used
    }
  }
  for (const User& user : users) {
    if (auto saved = store.save(user); !saved) return saved;
  }
  return {};
}

Result<> end_sessions(Store& store, const std::vector<std::string>& users) {
  const auto sessions = store.sessions();
  if (!sessions) return fail(sessions.error());
  for (const Session& session : *sessions) {
    if (std::ranges::find(users, session.user) == users.end()) continue;
    if (auto removed = store.remove_session(session.fingerprint); !removed) return removed;
  }
  return {};
}

Result<> replace_tokens(Store& store, std::vector<Token>& tokens) {
  const auto known = store.tokens();
  if (!known) return fail(known.error());
  for (const Token& token : *known) {
    if (auto removed = store.remove_token(token.id); !removed) return removed;
  }
  for (Token& token : tokens) {
    const auto id = store.add(token);
    if (!id) return fail(id.error());
    token.id = *id;
  }
  return {};
}

}  // namespace

Result<Replaced> replace_all(Store& store, std::vector<User> users, std::vector<Token> tokens) {
  Replaced replaced;
  if (auto done = replace_users(store, users, replaced); !done) return fail(done.error());
  if (auto done = end_sessions(store, replaced.signed_out); !done) return fail(done.error());
  if (auto done = replace_tokens(store, tokens); !done) return fail(done.error());
  replaced.users = std::move(users);
  replaced.tokens = std::move(tokens);
  return replaced;
}

// `also` is done before the transaction ends: neither of the two can come without the other.
boost::asio::awaitable<Result<>> Accounts::replace(std::vector<User> users, std::vector<Token> tokens,
                                                   std::function<Result<>()> also) {
  Replaced replaced;
  const auto written = co_await write([&]() -> Result<> {
    auto all = replace_all(*store_, std::move(users), std::move(tokens));
    if (!all) return fail(all.error());
    replaced = std::move(*all);
    return also();
  });
  if (!written) co_return written;
  users_.clear();
  for (User& user : replaced.users) {
    const std::string name = user.name;
    users_.emplace(name, std::move(user));
  }
  tokens_ = std::move(replaced.tokens);
  totp_begun_.clear();
  for (const std::string& name : replaced.signed_out) sessions_.end_all_of(name);
  co_return Result<>();
}

}  // namespace evenkeel::access
