#include "access/sessions.h"

#include <algorithm>

#include "access/secret.h"

namespace evenkeel::access {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr std::chrono::minutes kClockMayBeBehind{1};

}  // namespace

// A clock that was put back ends sessions rather than prolonging them.
bool Sessions::is_over(const Session& session) const {
  const WallTime now = clock_.wall_now();
  return now >= session.ends || now - session.used >= options_.idle || session.used - now > kClockMayBeBehind;
}

void Sessions::restore(std::vector<Session> sessions) {
  for (Session& session : sessions) {
    if (is_over(session)) continue;
    const std::string key = session.fingerprint;
    const WallTime used = session.used;
    sessions_.insert_or_assign(key, Held{std::move(session), used});
  }
}

Sessions::Begun Sessions::begin(const std::string& user, const std::string& address) {
  const WallTime now = clock_.wall_now();
  Begun begun;
  begun.ended = make_room_for(user);
  begun.token = random_text(kTokenBytes);
  begun.session = {fingerprint(begun.token), user, address, now, now, now + options_.longest};
  sessions_.insert_or_assign(begun.session.fingerprint, Held{begun.session, now});
  return begun;
}

// Also takes out those that are over, of whomever: there are never more than users' sessions.
std::vector<std::string> Sessions::make_room_for(const std::string& user) {
  std::vector<std::string> ended;
  std::vector<const Session*> own;
  for (const auto& [key, held] : sessions_) {
    if (is_over(held.session)) {
      ended.push_back(key);
    } else if (held.session.user == user) {
      own.push_back(&held.session);
    }
  }
  if (own.size() >= options_.most_of_user) {
    ended.push_back((*std::ranges::min_element(own, {}, &Session::used))->fingerprint);
  }
  for (const std::string& key : ended) sessions_.erase(key);
  return ended;
}

const Session* Sessions::find(std::string_view token) const {
  const auto found = sessions_.find(fingerprint(token));
  return found == sessions_.end() || is_over(found->second.session) ? nullptr : &found->second.session;
}

const Session* Sessions::use(std::string_view token, bool& must_remember) {
  must_remember = false;
  const auto found = sessions_.find(fingerprint(token));
  if (found == sessions_.end() || is_over(found->second.session)) return nullptr;
  Held& held = found->second;
  held.session.used = clock_.wall_now();
  if (held.session.used - held.remembered >= options_.remembered_every) {
    held.remembered = held.session.used;
    must_remember = true;
  }
  return &held.session;
}

bool Sessions::end(std::string_view token) {
  return sessions_.erase(fingerprint(token)) != 0;
}

std::vector<std::string> Sessions::end_all_of(const std::string& user, std::string_view except_token) {
  const std::string spared = except_token.empty() ? std::string() : fingerprint(except_token);
  std::vector<std::string> ended;
  for (const auto& [key, held] : sessions_) {
    if (held.session.user == user && key != spared) ended.push_back(key);
  }
  for (const std::string& key : ended) sessions_.erase(key);
  return ended;
}

}  // namespace evenkeel::access
