#include "health/descriptor_wait.h"

#include <algorithm>
#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <system_error>

namespace evenkeel::health {

using boost::asio::posix::stream_descriptor;

boost::asio::awaitable<bool> DescriptorWait::wait(int fd, Event event) {
  boost::system::error_code error;
  if (is_aborted_ || fd < 0) co_return false;
  descriptor_.assign(fd, error);
  if (error) co_return false;
  co_await descriptor_.async_wait(event == Event::kRead ? stream_descriptor::wait_read : stream_descriptor::wait_write,
                                  boost::asio::redirect_error(boost::asio::use_awaitable, error));
  if (descriptor_.is_open()) descriptor_.release();
  co_return !is_aborted_ && !error;
}

void DescriptorWait::abort() {
  is_aborted_ = true;
  if (descriptor_.is_open()) descriptor_.release();
}

bool is_local_trouble_text(std::string_view text) {
  constexpr std::array kErrors{EMFILE, ENFILE, ENOBUFS, ENOMEM, ENETUNREACH};
  return std::ranges::any_of(
      kErrors, [&](int error) { return text.find(std::generic_category().message(error)) != std::string_view::npos; });
}

}  // namespace evenkeel::health
