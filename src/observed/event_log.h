#pragma once
// The last events, and who listens to them. Belongs to the daemon; lives on the control loop. A listener may do
// anything in its callback: unsubscribe itself or others, subscribe, append.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "observed/event.h"

namespace evenkeel::observed {

class EventLog {
 public:
  using Listener = std::function<void(const Event&)>;

  explicit EventLog(const Clock& clock, size_t capacity = 1000) : clock_(clock), capacity_(capacity) {}
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // Gives the event its id and time, masks secrets in the message, and tells every listener. Appended from within a
  // callback, it is told after the event that is being told. Returns the id.
  uint64_t append(EventKind kind, std::string object, std::string message);

  // Every listener hears each event once and in order until the handle is destroyed, which may be after the log.
  // `after`: first, before this returns, the remembered events with a higher id; all that are remembered if no event
  // has had that id yet (it is from before a restart).
  std::shared_ptr<void> subscribe(std::optional<uint64_t> after, Listener listener);

  const std::deque<Event>& events() const { return events_; }  // oldest first
  uint64_t last_id() const { return next_id_ - 1; }

 private:
  struct Subscription {
    Listener listener;
    uint64_t told = 0;  // the last id that the listener heard
  };

  void tell_all();
  void tell(std::weak_ptr<Subscription> listening);
  std::optional<Event> first_after(uint64_t id) const;

  const Clock& clock_;
  const size_t capacity_;
  std::deque<Event> events_;
  uint64_t next_id_ = 1;
  std::vector<std::weak_ptr<Subscription>> subscriptions_;
  bool telling_ = false;
};

}  // namespace evenkeel::observed
