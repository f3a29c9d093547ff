// TCP connect: up if the three-way handshake succeeds. Nothing is sent.

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>

#include "health/awaitable_probe.h"
#include "health/probes.h"
#include "health/reason.h"
#include "health/tcp_connection.h"

namespace evenkeel::health {
namespace {

class ConnectProbe final : public AwaitableProbe {
 public:
  ConnectProbe(ProbeTools& tools, const Target& target)
      : AwaitableProbe(tools.io, target.check.timeout),
        clock_(tools.clock),
        server_{target.address, target.port},
        timeout_(target.check.timeout),
        socket_(tools.io) {}

 private:
  boost::asio::awaitable<ProbeResult> run() override {
    const SteadyTime begin = clock_.steady_now();
    if (auto failed = co_await connect(socket_, server_)) co_return *std::move(failed);
    const auto duration = clock_.steady_now() - begin;
    trace().connected = in_microseconds(duration);
    leave(std::move(socket_));
    co_return ProbeResult{Outcome::kSuccess,
                          fmt::format("TCP connect to {} in {}", server_.to_string(), milliseconds_text(duration)),
                          "connect"};
  }

  void abort() override { leave_now(socket_); }

  std::string timed_out() const override {
    return fmt::format("no answer from {} within {}", server_.to_string(), timeout_text(timeout_));
  }

  const Clock& clock_;
  Endpoint server_;
  std::chrono::milliseconds timeout_;
  boost::asio::ip::tcp::socket socket_;
};

}  // namespace

std::shared_ptr<Probe> make_connect_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<ConnectProbe>(tools, target);
}

}  // namespace evenkeel::health
