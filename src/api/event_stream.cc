#include "api/event_stream.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "observed/json.h"

namespace evenkeel::api {
namespace asio = boost::asio;
namespace {

// JSON has no line breaks, so that one "data:" line is enough.
std::string render(const observed::Event& event) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event.id, to_string(event.kind),
                     boost::json::serialize(observed::to_json(event)));
}

std::string render_lost(std::string_view why) {
  return fmt::format("event: lost\ndata: {}\n\n", boost::json::serialize(boost::json::object{{"message", why}}));
}

}  // namespace

EventStream::EventStream(asio::any_io_executor executor, Limits limits, std::optional<uint64_t> resumed_after)
    : limits_(limits), timer_(std::move(executor)), expected_after_(resumed_after) {
  enqueue(": evenkeel events\n\n");  // the client sees at once that it is connected
}

void EventStream::push(const observed::Event& event) {
  if (ended_) return;
  note_gap(event.id);
  std::string text = render(event);
  if (queue_.size() >= limits_.queued_events || queued_bytes_ + text.size() > limits_.queued_bytes) {
    queue_.clear();
    queued_bytes_ = 0;
    text = render_lost("the client reads too slowly: connect again with Last-Event-ID");
    ended_ = true;
  }
  enqueue(std::move(text));
}

void EventStream::note_gap(uint64_t id) {
  if (expected_after_ && id != *expected_after_ + 1) {
    enqueue(render_lost("events since the Last-Event-ID are no longer known"));
  }
  expected_after_.reset();
}

void EventStream::enqueue(std::string text) {
  queued_bytes_ += text.size();
  queue_.push_back(std::move(text));
  timer_.cancel();
}

asio::awaitable<std::string> EventStream::next() {
  if (queue_.empty() && ended_) co_return std::string();
  if (queue_.empty()) {
    timer_.expires_after(limits_.keep_alive);
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (queue_.empty()) co_return ": keep-alive\n\n";
  }
  std::string text;
  text.reserve(queued_bytes_);
  for (const std::string& part : queue_) text += part;
  queue_.clear();
  queued_bytes_ = 0;
  co_return text;
}

}  // namespace evenkeel::api
