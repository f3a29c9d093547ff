#pragma once
// Server-sent events for one client: a bounded queue between the event log and a socket that may be slow.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "api/http.h"
#include "observed/event.h"

namespace evenkeel::api {

class EventStream final : public Stream {
 public:
  struct Limits {
    std::chrono::milliseconds keep_alive{15'000};  // after so long without an event, a comment line
    size_t queued_events = 2048;                   // more than the log remembers
    size_t queued_bytes = 1 << 20;
  };

  // `resumed_after`: the client's Last-Event-ID. If the events do not go on from there, it is told so.
  EventStream(boost::asio::any_io_executor executor, Limits limits, std::optional<uint64_t> resumed_after);

  // A client that is too slow gets "event: lost" and the end.
  void push(const observed::Event& event);
  // Keeps the subscription as long as the stream lives.
  void hold(std::shared_ptr<void> subscription) { subscription_ = std::move(subscription); }

  boost::asio::awaitable<std::string> next() override;

 private:
  void enqueue(std::string text);
  void note_gap(uint64_t id);

  const Limits limits_;
  boost::asio::steady_timer timer_;
  std::deque<std::string> queue_;
  size_t queued_bytes_ = 0;
  std::optional<uint64_t> expected_after_;
  bool ended_ = false;
  std::shared_ptr<void> subscription_;
};

}  // namespace evenkeel::api
