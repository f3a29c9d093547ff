#include "api/polled_stream.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace evenkeel::api {
namespace asio = boost::asio;

// A comment at once, so that the client knows that it is connected, and after 15 s of silence, so that nobody in
// between takes it for dead.
asio::awaitable<std::string> PolledStream::next() {
  constexpr std::chrono::milliseconds kBetweenLooks{200};
  constexpr int kLooksOfSilence = 75;
  if (!std::exchange(has_begun_, true)) co_return ": the log\n\n";
  for (int i = 0; i < kLooksOfSilence; ++i) {
    const auto events = co_await look();
    if (!events) co_return std::string();
    if (!events->empty()) co_return *events;
    timer_.expires_after(kBetweenLooks);
    boost::system::error_code woken;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (woken) co_return std::string();
  }
  co_return ": keep-alive\n\n";
}

}  // namespace evenkeel::api
