#include "access/throttle.h"

#include <algorithm>

namespace evenkeel::access {
namespace {

constexpr size_t kMostKnown = 10'000;
constexpr Throttle::Options kPerAddress{.free = 10, .longest = std::chrono::minutes(15)};
constexpr Throttle::Options kPerUser{.free = 5, .longest = std::chrono::seconds(30)};
constexpr int kMostDoublings = 20;

}  // namespace

bool Throttle::is_forgotten(const Attempts& attempts) const {
  return clock_.steady_now() - attempts.last >= options_.forgotten_after;
}

std::chrono::seconds Throttle::wait(const std::string& key) const {
  const auto found = attempts_.find(key);
  if (found == attempts_.end() || found->second.count < options_.free || is_forgotten(found->second)) return {};
  const int doublings = std::min(found->second.count - options_.free, kMostDoublings);
  const auto between = std::min(options_.first * (1 << doublings), options_.longest);
  const auto left = found->second.last + between - clock_.steady_now();
  return std::max(std::chrono::ceil<std::chrono::seconds>(left), std::chrono::seconds(0));
}

void Throttle::count(const std::string& key) {
  auto [found, is_new] = attempts_.try_emplace(key);
  Attempts& attempts = found->second;
  if (is_new) {
    attempts.place = order_.insert(order_.end(), key);
  } else {
    order_.splice(order_.end(), order_, attempts.place);
    if (is_forgotten(attempts)) attempts.count = 0;
  }
  ++attempts.count;
  attempts.last = clock_.steady_now();
  if (attempts_.size() > options_.most_kept) drop_oldest();
}

void Throttle::forgive(const std::string& key) {
  const auto found = attempts_.find(key);
  if (found != attempts_.end() && --found->second.count <= 0) forget(key);
}

void Throttle::forget(const std::string& key) {
  const auto found = attempts_.find(key);
  if (found == attempts_.end()) return;
  order_.erase(found->second.place);
  attempts_.erase(found);
}

void Throttle::drop_oldest() {
  attempts_.erase(order_.front());
  order_.pop_front();
}

SignInThrottle::SignInThrottle(const Clock& clock) : addresses_(clock, kPerAddress), users_(clock, kPerUser) {}

std::string SignInThrottle::key_of(const std::string& user, const std::string& address) const {
  const std::string pair = user + " " + address;
  return known_.contains(pair) ? pair : user;
}

std::optional<std::chrono::seconds> SignInThrottle::admit(const std::string& user, const std::string& address) {
  const std::string key = key_of(user, address);
  const auto wait = std::max(addresses_.wait(address), users_.wait(key));
  if (wait.count() > 0) return wait;
  addresses_.count(address);
  users_.count(key);
  return std::nullopt;
}

// A user of the address is right: that does not make the address's other guesses undone.
void SignInThrottle::succeeded(const std::string& user, const std::string& address) {
  addresses_.forgive(address);
  users_.forget(key_of(user, address));
  if (known_.size() >= kMostKnown) known_.erase(known_.begin());
  known_.insert(user + " " + address);
}

void SignInThrottle::forgive(const std::string& user, const std::string& address) {
  addresses_.forgive(address);
  users_.forgive(key_of(user, address));
}

}  // namespace evenkeel::access
