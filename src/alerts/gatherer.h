#pragma once
// What one channel will be told next, and when. Of what begins and ends (a real server that is down) only the
// difference to what was told before counts, however often it has changed meanwhile. Pure: the caller says what time it
// is.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "observed/event.h"

namespace evenkeel::alerts {

// Something that has begun and will end.
struct Trouble {
  observed::EventKind kind = observed::EventKind::kRealServerDown;  // that began it
  std::string object = {};
  std::string message = {};  // of the last event
  WallTime at = {};          // of the last event
  bool is_over = false;
  bool was_told = false;  // that it goes on
  uint32_t times = 0;     // that it has begun since the last message

  bool has_news() const { return is_over ? was_told || times > 0 : !was_told; }
};

// What a message tells.
struct Digest {
  std::vector<Trouble> begun = {};
  std::vector<Trouble> over = {};              // told to have begun, over now
  std::vector<Trouble> passed = {};            // begun and over since the last message
  std::vector<Trouble> standing = {};          // told before, and going on
  std::vector<observed::Event> happened = {};  // what has no end, such as a change of tiers
  uint64_t left_out = 0;                       // events that there was no room for

  bool empty() const { return begun.empty() && over.empty() && passed.empty() && happened.empty() && left_out == 0; }
};

class Gatherer {
 public:
  static constexpr size_t kMostTroubles = 10'000;
  static constexpr size_t kMostHappened = 200;
  static constexpr std::chrono::seconds kFirstRetry{30};
  static constexpr std::chrono::seconds kLongestRetry{1800};

  // `gather`: from the first event to the message; `interval`: at least between two messages.
  void set_times(std::chrono::seconds gather, std::chrono::seconds interval);

  void add(const observed::Event& event, SteadyTime now);
  // What concerns objects that are no more will neither be told nor end.
  void forget(const std::function<bool(const std::string& object)>& exists, SteadyTime now);

  std::optional<SteadyTime> due() const;  // none: there is nothing to tell
  Digest digest() const;
  void sent(const Digest& told, SteadyTime now);
  void failed(SteadyTime now);  // doubles the time to the next attempt
  void try_again();             // what made it fail may be mended: the next attempt need not wait
  uint64_t waiting() const;     // pieces of news

  // What has to outlive the process.
  struct Memory {
    std::vector<Trouble> troubles;
    std::vector<observed::Event> happened;
    uint64_t left_out = 0;
  };
  Memory memory() const;
  void restore(Memory memory, SteadyTime now);

 private:
  using Key = std::pair<observed::EventKind, std::string>;  // what began, object

  void begin(const observed::Event& event);
  void end(const observed::Event& event);
  void note(Trouble& trouble, const observed::Event& event, bool is_over);
  void count_news(SteadyTime now);

  std::chrono::seconds gather_{5}, interval_{300};
  std::map<Key, Trouble> troubles_;
  uint64_t news_ = 0;                      // of them: those that have news
  std::vector<observed::Event> happened_;  // the first ones
  uint64_t left_out_ = 0;
  std::optional<SteadyTime> news_since_, last_sent_, retry_at_;
  std::chrono::seconds retry_after_ = kFirstRetry;
};

}  // namespace evenkeel::alerts
