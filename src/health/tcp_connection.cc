#include "health/tcp_connection.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <utility>

#include "health/farewells.h"
#include "health/reason.h"

namespace evenkeel::health {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::string system_text(int error_number) {
  return std::generic_category().message(error_number);
}

// connect(2) itself, because what it says at once comes from our own routing table, and what comes later from outside:
// the same ENETUNREACH is our trouble in the first case only.
int begin_connect(tcp::socket& socket, const tcp::endpoint& endpoint) {
  if (::connect(socket.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0) return 0;
  return errno;
}

int pending_error(tcp::socket& socket) {
  int error_number = 0;
  socklen_t size = sizeof error_number;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &error_number, &size) != 0) return errno;
  return error_number;
}

}  // namespace

tcp::endpoint to_asio(const Endpoint& server) {
  if (server.address.is_ipv4()) return {asio::ip::address_v4(server.address.ipv4_bytes()), server.port};
  return {asio::ip::address_v6(server.address.bytes()), server.port};
}

bool is_refused_by_our_routing(int error_number) {
  return error_number == ENETUNREACH || error_number == EHOSTUNREACH || error_number == ENETDOWN ||
         error_number == EINVAL;  // a link-local address without an interface
}

ProbeResult connect_failed(int error_number, const Endpoint& server) {
  if (is_local_trouble(error_number)) return not_checked(error_number);
  if (error_number == ECONNREFUSED) {
    return {Outcome::kFailure, fmt::format("connection refused by {}", server.to_string()), "connect"};
  }
  return {Outcome::kFailure, fmt::format("cannot connect to {}: {}", server.to_string(), system_text(error_number)),
          "connect"};
}

asio::awaitable<std::optional<ProbeResult>> connect(tcp::socket& socket, Endpoint server) {
  const tcp::endpoint endpoint = to_asio(server);
  boost::system::error_code error;
  socket.open(endpoint.protocol(), error);
  if (!error) socket.non_blocking(true, error);
  if (error) co_return not_checked(error.value());

  int error_number = begin_connect(socket, endpoint);
  if (is_refused_by_our_routing(error_number)) co_return not_checked(error_number);
  if (error_number == EINPROGRESS) {
    co_await socket.async_wait(tcp::socket::wait_write, asio::redirect_error(asio::use_awaitable, error));
    error_number = error ? error.value() : pending_error(socket);
  }
  if (error_number != 0) co_return connect_failed(error_number, server);
  co_return std::nullopt;
}

void leave(tcp::socket socket) {
  auto& context = asio::query(socket.get_executor(), asio::execution::context);
  boost::system::error_code error;
  Fd leaving(socket.release(error));
  if (!error) leave(static_cast<asio::io_context&>(context), std::move(leaving));
}

void leave_now(tcp::socket& socket) {
  boost::system::error_code ignored;
  if (!socket.is_open()) return;
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  socket.close(ignored);
}

}  // namespace evenkeel::health
