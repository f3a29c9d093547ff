#pragma once
// How probes open and leave a TCP connection.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>

#include "base/ip_address.h"
#include "health/probe.h"

namespace evenkeel::health {

// None: connected. Else what to report: a refusal is the server's, a missing route or descriptor is ours.
boost::asio::awaitable<std::optional<ProbeResult>> connect(boost::asio::ip::tcp::socket& socket, Endpoint server);

// Leaves with FIN: sends it now, then takes what the server still has to say, so that closing does not turn into an
// RST. Bounded in time and bytes; runs on by itself.
void leave(boost::asio::ip::tcp::socket socket);

// The same where there is no time left: FIN, then close.
void leave_now(boost::asio::ip::tcp::socket& socket);

}  // namespace evenkeel::health
