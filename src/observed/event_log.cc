#include "observed/event_log.h"

#include <algorithm>
#include <utility>

#include "model/json.h"

namespace evenkeel::observed {

uint64_t EventLog::append(EventKind kind, std::string object, std::string message) {
  const uint64_t id = next_id_++;
  events_.push_back({id, clock_.wall_now(), kind, std::move(object), model::mask_secrets(message)});
  if (events_.size() > capacity_) events_.pop_front();
  tell_all();
  return id;
}

std::shared_ptr<void> EventLog::subscribe(std::optional<uint64_t> after, Listener listener) {
  auto subscription = std::make_shared<Subscription>(Subscription{std::move(listener), last_id()});
  if (after) subscription->told = *after <= last_id() ? *after : 0;
  const bool was_telling = std::exchange(telling_, true);
  tell(subscription);
  telling_ = was_telling;
  subscriptions_.push_back(subscription);
  tell_all();
  return subscription;
}

// Rounds, until nobody has anything left to hear: a callback may append more. An append within a callback only adds to
// the deque, so that no listener hears a later event before an earlier one.
void EventLog::tell_all() {
  if (telling_) return;
  telling_ = true;
  for (uint64_t told = 0; told != last_id();) {
    told = last_id();
    // By index: a callback may subscribe, which makes the vector grow.
    for (size_t index = 0; index < subscriptions_.size(); ++index) tell(subscriptions_[index]);
  }
  std::erase_if(subscriptions_, [](const auto& subscription) { return subscription.expired(); });
  telling_ = false;
}

// A callback may destroy its own handle: the listener outlives that call, and is not called again.
void EventLog::tell(std::weak_ptr<Subscription> listening) {
  while (const std::shared_ptr<Subscription> subscription = listening.lock()) {
    const auto event = first_after(subscription->told);
    if (!event) return;
    subscription->told = event->id;
    subscription->listener(*event);
  }
}

std::optional<Event> EventLog::first_after(uint64_t id) const {
  const auto found = std::upper_bound(events_.begin(), events_.end(), id,
                                      [](uint64_t wanted, const Event& event) { return wanted < event.id; });
  if (found == events_.end()) return std::nullopt;
  return *found;
}

}  // namespace evenkeel::observed
