// Ping: one ICMP or ICMPv6 echo, answered within the timeout. Needs CAP_NET_RAW or a group in
// net.ipv4.ping_group_range.

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <random>

#include "base/fd.h"
#include "health/awaitable_probe.h"
#include "health/icmp_echo.h"
#include "health/probes.h"
#include "health/reason.h"

namespace evenkeel::health {
namespace {

namespace asio = boost::asio;

struct PingSocket {
  Fd fd;
  EchoSocket kind = EchoSocket::kDatagram;
};

Result<PingSocket> open_socket(AddressFamily family) {
  const int domain = family == AddressFamily::kIpv4 ? AF_INET : AF_INET6;
  const int protocol = family == AddressFamily::kIpv4 ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6};
  // The kernel sorts replies for datagram sockets; raw ones get everything their server sends.
  for (const auto& [type, kind] : {std::pair{SOCK_DGRAM, EchoSocket::kDatagram}, {SOCK_RAW, EchoSocket::kRaw}}) {
    Fd fd(::socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
    if (fd.is_open()) return PingSocket{std::move(fd), kind};
    if (errno != EACCES && errno != EPERM) break;
  }
  return fail(system_error("cannot open an ICMP socket"));
}

// Errors such as "host unreachable" are delivered at once instead of ending as a timeout.
void ask_for_errors(const PingSocket& socket, AddressFamily family) {
  const int on = 1;
  if (family == AddressFamily::kIpv4) {
    ::setsockopt(socket.fd.get(), IPPROTO_IP, IP_RECVERR, &on, sizeof on);
  } else {
    ::setsockopt(socket.fd.get(), IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
  }
}

// Connected, so that the socket receives from this server only. 0 or errno.
int connect_to(const PingSocket& socket, const IpAddress& address) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  const auto v4_bytes = address.ipv4_bytes();
  std::memcpy(&v4.sin_addr, v4_bytes.data(), v4_bytes.size());
  std::memcpy(&v6.sin6_addr, address.bytes().data(), address.bytes().size());
  const bool is_ipv4 = address.is_ipv4();
  const auto* endpoint = is_ipv4 ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
  const auto size = static_cast<socklen_t>(is_ipv4 ? sizeof v4 : sizeof v6);
  return ::connect(socket.fd.get(), endpoint, size) == 0 ? 0 : errno;
}

Echo random_echo(AddressFamily family) {
  std::random_device random;
  const uint64_t token = (uint64_t{random()} << 32) | random();
  return {family, static_cast<uint16_t>(random()), static_cast<uint16_t>(random()), token};
}

class PingProbe final : public AwaitableProbe {
 public:
  PingProbe(ProbeTools& tools, const Target& target)
      : AwaitableProbe(tools.io, target.check.timeout),
        clock_(tools.clock),
        address_(target.address),
        timeout_(target.check.timeout),
        descriptor_(tools.io) {}

 private:
  asio::awaitable<ProbeResult> run() override {
    auto socket = open_socket(address_.family());
    if (!socket) co_return not_checked(socket.error().message);
    ask_for_errors(*socket, address_.family());
    if (const int error = connect_to(*socket, address_); error != 0) co_return not_checked(error);

    const Echo echo = random_echo(address_.family());
    const EchoRequest request = render_echo_request(echo);
    const SteadyTime begin = clock_.steady_now();
    if (::send(socket->fd.get(), request.data(), request.size(), 0) < 0) co_return not_checked(errno);
    descriptor_.assign(socket->fd.release());
    if (const int error = co_await wait_for_reply(echo, socket->kind); error != 0) co_return failed(error);
    const auto duration = clock_.steady_now() - begin;
    trace().first_byte = in_microseconds(duration);
    co_return ProbeResult{Outcome::kSuccess,
                          fmt::format("ping reply from {} in {}", address_.to_string(), milliseconds_text(duration)),
                          "ping"};
  }

  // 0 or errno.
  asio::awaitable<int> wait_for_reply(Echo echo, EchoSocket kind) {
    std::array<uint8_t, 256> buffer{};
    boost::system::error_code error;
    while (true) {
      co_await descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                                      asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return error.value();
      const ssize_t size = ::recv(descriptor_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size < 0 && errno != EAGAIN && errno != EINTR) co_return errno;
      if (size > 0 && is_reply(echo, kind, std::span(buffer).first(static_cast<size_t>(size)))) co_return 0;
    }
  }

  ProbeResult failed(int error_number) const {
    if (is_local_trouble(error_number)) return not_checked(error_number);
    return {Outcome::kFailure,
            fmt::format("no ping reply from {}: {}", address_.to_string(), system_error(error_number, "").message),
            "ping"};
  }

  void abort() override {
    boost::system::error_code ignored;
    descriptor_.close(ignored);
  }

  std::string timed_out() const override {
    return fmt::format("no ping reply from {} within {}", address_.to_string(), timeout_text(timeout_));
  }

  const Clock& clock_;
  IpAddress address_;
  std::chrono::milliseconds timeout_;
  asio::posix::stream_descriptor descriptor_;
};

}  // namespace

std::shared_ptr<Probe> make_ping_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<PingProbe>(tools, target);
}

}  // namespace evenkeel::health
