#pragma once
// Slows down who guesses passwords. Pure: the clock is given.

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/clock.h"

namespace evenkeel::access {

// So many attempts are free; then each makes the wait before the next one twice as long.
class Throttle {
 public:
  struct Options {
    int free = 5;
    std::chrono::seconds first{1};
    std::chrono::seconds longest{30};
    std::chrono::seconds forgotten_after{3600};  // without an attempt
    size_t most_kept = 10'000;                   // keys; beyond that, those that tried least recently are forgotten
  };

  Throttle(const Clock& clock, Options options) : clock_(clock), options_(options) {}

  // How long until the next attempt may be made; 0: now.
  std::chrono::seconds wait(const std::string& key) const;
  void count(const std::string& key);    // an attempt, when it begins: many at once count as many
  void forgive(const std::string& key);  // the last one was none
  void forget(const std::string& key);

 private:
  struct Attempts {
    int count = 0;
    SteadyTime last;
    std::list<std::string>::iterator place;
  };
  bool is_forgotten(const Attempts& attempts) const;
  void drop_oldest();

  const Clock& clock_;
  const Options options_;
  std::unordered_map<std::string, Attempts> attempts_;
  std::list<std::string> order_;  // least recent first
};

// Per address and per user. Who has signed in from an address before is not locked out by others who guess at that
// user's password elsewhere.
class SignInThrottle {
 public:
  explicit SignInThrottle(const Clock& clock);

  // None: go on, the attempt is counted. Else how long to wait.
  std::optional<std::chrono::seconds> admit(const std::string& user, const std::string& address);
  void succeeded(const std::string& user, const std::string& address);
  void forgive(const std::string& user, const std::string& address);

 private:
  std::string key_of(const std::string& user, const std::string& address) const;

  Throttle addresses_;
  Throttle users_;
  std::unordered_set<std::string> known_;  // "user address"; bounded
};

}  // namespace evenkeel::access
