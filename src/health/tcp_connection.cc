#include "health/tcp_connection.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <chrono>
#include <memory>

#include "health/reason.h"

namespace evenkeel::health {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kFarewell = std::chrono::milliseconds(500);
constexpr size_t kFarewellBytes = size_t{256} * 1024;

tcp::endpoint to_asio(const Endpoint& server) {
  if (server.address.is_ipv4()) return {asio::ip::address_v4(server.address.ipv4_bytes()), server.port};
  return {asio::ip::address_v6(server.address.bytes()), server.port};
}

std::string system_text(int error_number) {
  return std::generic_category().message(error_number);
}

ProbeResult connect_failed(int error_number, const Endpoint& server) {
  if (is_local_trouble(error_number)) return not_checked(error_number);
  if (error_number == ECONNREFUSED) {
    return {Outcome::kFailure, fmt::format("connection refused by {}", server.to_string()), "connect"};
  }
  return {Outcome::kFailure, fmt::format("cannot connect to {}: {}", server.to_string(), system_text(error_number)),
          "connect"};
}

// connect(2) itself, because what it says at once comes from our own routing table, and what comes later from outside:
// the same ENETUNREACH is our trouble in the first case only.
int begin_connect(tcp::socket& socket, const tcp::endpoint& endpoint) {
  if (::connect(socket.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0) return 0;
  return errno;
}

bool is_refused_by_our_routing(int error_number) {
  return error_number == ENETUNREACH || error_number == EHOSTUNREACH || error_number == ENETDOWN ||
         error_number == EINVAL;  // a link-local address without an interface
}

int pending_error(tcp::socket& socket) {
  int error_number = 0;
  socklen_t size = sizeof error_number;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &error_number, &size) != 0) return errno;
  return error_number;
}

// Reads and forgets until the server closes too, the limit is reached or the socket is closed by the farewell's timer.
asio::awaitable<void> drain(std::shared_ptr<tcp::socket> socket) {
  std::array<char, 4096> scratch{};
  boost::system::error_code error;
  for (size_t total = 0; !error && total < kFarewellBytes;) {
    total += co_await socket->async_read_some(asio::buffer(scratch), asio::redirect_error(asio::use_awaitable, error));
  }
}

}  // namespace

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
  boost::system::error_code error;
  socket.shutdown(tcp::socket::shutdown_send, error);
  if (error) return;
  auto executor = socket.get_executor();
  auto shared = std::make_shared<tcp::socket>(std::move(socket));
  auto timer = std::make_shared<asio::steady_timer>(executor, kFarewell);
  timer->async_wait([shared, timer](boost::system::error_code cancelled) {
    boost::system::error_code ignored;
    if (!cancelled) shared->close(ignored);
  });
  asio::co_spawn(executor, drain(shared), [timer](const std::exception_ptr&) { timer->cancel(); });
}

void leave_now(tcp::socket& socket) {
  boost::system::error_code ignored;
  if (!socket.is_open()) return;
  socket.shutdown(tcp::socket::shutdown_send, ignored);
  socket.close(ignored);
}

}  // namespace evenkeel::health
