#pragma once
// The connections that probes have ended, until the other side ends them too: looked at together from time to time,
// since a wait of its own for each costs more than all the rest of a TCP check. On the control loop.

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

#include "base/fd.h"
#include "health/spare_sockets.h"

namespace evenkeel::health {

// Who uses a socket again.
struct Heir {
  std::shared_ptr<SpareSockets> sockets;  // null: nobody
  int family = 0;
};

// One for each io_context.
class Farewells final : public boost::asio::execution_context::service {
 public:
  static inline boost::asio::execution_context::id id;

  explicit Farewells(boost::asio::execution_context& context);

  // A TCP socket that does not block. Sends FIN now, then takes what the server still has to say, so that closing does
  // not turn into an RST. Bounded in time and bytes. The heir gets it when both sides are through.
  void add(Fd socket, Heir heir = {});

 private:
  using Clockwork = boost::asio::steady_timer::clock_type;
  struct Leaving {
    Fd socket;
    Clockwork::time_point until;
    Heir heir;
    size_t received = 0;
  };

  void shutdown() override { leaving_.clear(); }
  void arm();
  static bool is_over(Leaving& leaving, Clockwork::time_point now);

  boost::asio::steady_timer timer_;
  std::vector<Leaving> leaving_;
};

// Of the socket's io_context.
inline void leave(boost::asio::io_context& io, Fd socket, Heir heir = {}) {
  boost::asio::use_service<Farewells>(io).add(std::move(socket), std::move(heir));
}

}  // namespace evenkeel::health
