#pragma once
// Waits on the loop for descriptors that a client library owns.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <string_view>

namespace evenkeel::health {

enum class Event { kRead, kWrite };

class DescriptorWait {
 public:
  explicit DescriptorWait(boost::asio::io_context& io) : descriptor_(io) {}

  // False once aborted. The descriptor stays the library's, and must stay open meanwhile.
  boost::asio::awaitable<bool> wait(int fd, Event event);
  void abort();
  bool is_aborted() const { return is_aborted_; }

 private:
  boost::asio::posix::stream_descriptor descriptor_;
  bool is_aborted_ = false;
};

// Libraries tell errors as text: whether it is one that says something about this machine.
bool is_local_trouble_text(std::string_view text);

}  // namespace evenkeel::health
