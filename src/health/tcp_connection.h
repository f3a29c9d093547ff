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

boost::asio::ip::tcp::endpoint to_asio(const Endpoint& server);
// What connect(2) says at once comes from our own routing table; the same error that comes later is from outside.
bool is_refused_by_our_routing(int error_number);
// What to report then.
ProbeResult connect_failed(int error_number, const Endpoint& server);

// Leaves with FIN: farewells.h. Runs on by itself.
void leave(boost::asio::ip::tcp::socket socket);

// The same where there is no time left: FIN, then close.
void leave_now(boost::asio::ip::tcp::socket& socket);

}  // namespace evenkeel::health
