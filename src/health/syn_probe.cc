// Half-open: sends a SYN from a raw socket and looks at its answer. The kernel, which knows of no such connection,
// answers a SYN-ACK with a reset by itself: the real server's application never sees it. Needs CAP_NET_RAW.

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cerrno>

#include "base/fd.h"
#include "health/awaitable_probe.h"
#include "health/bytes.h"
#include "health/descriptor_wait.h"
#include "health/probes.h"
#include "health/reason.h"
#include "health/tcp_segment.h"

namespace evenkeel::health {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

asio::ip::address to_asio(const IpAddress& address) {
  if (address.is_ipv4()) return asio::ip::address_v4(address.ipv4_bytes());
  return asio::ip::address_v6(address.bytes());
}

class SynProbe final : public AwaitableProbe {
 public:
  SynProbe(ProbeTools& tools, const Target& target)
      : AwaitableProbe(tools.io, target.check.timeout),
        clock_(tools.clock),
        timeout_(target.check.timeout),
        to_{target.address, target.port},
        reserved_(tools.io),
        route_(tools.io),
        wait_(tools.io) {}

 private:
  asio::awaitable<ProbeResult> run() override {
    const SteadyTime begin = clock_.steady_now();
    if (auto failed = prepare()) co_return *std::move(failed);
    const std::string segment = render_syn(syn_);
    if (::send(raw_.get(), segment.data(), segment.size(), 0) < 0) co_return failed(errno);
    std::array<uint8_t, 2048> buffer{};
    while (co_await wait_.wait(raw_.get(), Event::kRead)) {
      const ssize_t size = ::recv(raw_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size < 0 && errno != EAGAIN && errno != EINTR) co_return failed(errno);
      if (size <= 0) continue;
      switch (read_syn_answer(syn_, std::span(buffer).first(static_cast<size_t>(size)))) {
        case SynAnswer::kAccepted:
          co_return ProbeResult{Outcome::kSuccess,
                                fmt::format("SYN answered by {} in {}, no connection made", to_.to_string(),
                                            milliseconds_text(clock_.steady_now() - begin))};
        case SynAnswer::kRefused:
          co_return ProbeResult{Outcome::kFailure, fmt::format("connection refused by {}", to_.to_string())};
        case SynAnswer::kNone:
          break;
      }
    }
    co_return not_checked("given up");
  }

  // Finds our own address by asking the routing table, and keeps a port for ourselves by binding a socket to it.
  std::optional<ProbeResult> prepare() {
    error_code error;
    const auto address = to_asio(to_.address);
    route_.connect({address, to_.port}, error);
    if (error) return not_checked(error.value());
    const auto own = route_.local_endpoint(error).address();
    reserved_.open(own.is_v4() ? asio::ip::tcp::v4() : asio::ip::tcp::v6(), error);
    if (!error) reserved_.bind({own, 0}, error);
    if (error) return not_checked(error.value());
    const auto parsed = IpAddress::parse(own.to_string());
    if (!parsed) return not_checked(parsed.error().message);
    syn_ = {{*parsed, reserved_.local_endpoint(error).port()}, to_, big(random_bytes(4), 0, 4)};
    return open_raw();
  }

  std::optional<ProbeResult> open_raw() {
    const int family = to_.address.is_ipv4() ? AF_INET : AF_INET6;
    raw_ = Fd(::socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (!raw_.is_open()) return not_checked(errno);
    const int on = 1;
    ::setsockopt(raw_.get(), family == AF_INET ? int{IPPROTO_IP} : int{IPPROTO_IPV6},
                 family == AF_INET ? IP_RECVERR : IPV6_RECVERR, &on, sizeof on);
    // A raw socket's "port" is its protocol; the kernel wants none here.
    const asio::ip::tcp::endpoint endpoint(to_asio(to_.address), 0);
    if (::connect(raw_.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) return not_checked(errno);
    return std::nullopt;
  }

  ProbeResult failed(int error_number) const {
    if (is_local_trouble(error_number)) return not_checked(error_number);
    return {Outcome::kFailure, fmt::format("no answer from {} to a SYN: {}", to_.to_string(),
                                           std::generic_category().message(error_number))};
  }

  void abort() override { wait_.abort(); }
  std::string timed_out() const override {
    return fmt::format("no answer from {} to a SYN within {}", to_.to_string(), timeout_text(timeout_));
  }

  const Clock& clock_;
  std::chrono::milliseconds timeout_;
  Endpoint to_;
  asio::ip::tcp::socket reserved_;
  asio::ip::udp::socket route_;
  Fd raw_;
  DescriptorWait wait_;
  Syn syn_;
};

}  // namespace

std::shared_ptr<Probe> make_syn_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<SynProbe>(tools, target);
}

}  // namespace evenkeel::health
