#pragma once
// Server-sent events of a log whose writer never waits for its readers: it is looked at some times a second. On the
// control loop.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <string>

#include "api/http.h"
#include "base/result.h"

namespace evenkeel::api {

class PolledStream : public Stream {
 public:
  boost::asio::awaitable<std::string> next() final;

 protected:
  explicit PolledStream(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {}

  // What has come since the last look, as events; empty: nothing. An error ends the stream.
  virtual boost::asio::awaitable<Result<std::string>> look() = 0;

 private:
  boost::asio::steady_timer timer_;
  bool has_begun_ = false;
};

}  // namespace evenkeel::api
