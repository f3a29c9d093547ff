#pragma once
// One change at a time: of the configuration, of what operators say, of certificates. For the Controller's own files.

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/controller.h"

namespace evenkeel::daemon {

// Holds the one place for a change; frees it when it goes, and wakes who waits.
class Controller::Turn {
 public:
  explicit Turn(Controller& controller) : controller_(controller) { controller_.changing_ = true; }
  ~Turn() {
    controller_.changing_ = false;
    controller_.turn_freed_.cancel();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  static boost::asio::awaitable<void> wait(Controller& controller) {
    while (controller.changing_ && !controller.stopped_) {
      boost::system::error_code woken;
      co_await controller.turn_freed_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
    }
  }

 private:
  Controller& controller_;
};

}  // namespace evenkeel::daemon
