// TCP connect: up if the three-way handshake succeeds. Nothing is sent.

#include "health/connect_probe.h"

#include <fmt/format.h>

#include <utility>

#include "health/connector.h"
#include "health/reason.h"
#include "health/tcp_connection.h"

namespace evenkeel::health {
namespace {

class ConnectProbe final : public Probe {
 public:
  ConnectProbe(ProbeTools& tools, const Endpoint& server, std::chrono::milliseconds timeout)
      : connector_(*tools.connector), clock_(tools.clock), server_(server), timeout_(timeout) {}
  ~ConnectProbe() override { connector_.cancel(ticket_); }
  ConnectProbe(const ConnectProbe&) = delete;
  ConnectProbe& operator=(const ConnectProbe&) = delete;

  void start(OnResult on_result) override {
    on_result_ = std::move(on_result);
    begin_ = clock_.steady_now();
    ticket_ = connector_.begin(server_, timeout_, [this](const Connector::Answer& answer) { finish(answer); });
  }

  void cancel() override {
    const OnResult dropped = std::exchange(on_result_, nullptr);  // may be what keeps this alive
    connector_.cancel(std::exchange(ticket_, 0));
  }

 private:
  void finish(const Connector::Answer& answer) {
    ticket_ = 0;
    const OnResult on_result = std::exchange(on_result_, nullptr);  // the receiver may let go of this probe
    on_result(result_of(answer));
  }

  ProbeResult result_of(const Connector::Answer& answer) const {
    switch (answer.what) {
      case Connector::Answer::What::kConnected:
        break;
      case Connector::Answer::What::kFailed:
        return connect_failed(answer.error_number, server_);
      case Connector::Answer::What::kNotTried:
        return not_checked(answer.error_number);
      case Connector::Answer::What::kTimedOut:
        return {Outcome::kFailure,
                fmt::format("no answer from {} within {}", server_.to_string(), timeout_text(timeout_)), "timeout"};
    }
    const auto duration = answer.at - begin_;
    ProbeResult result{Outcome::kSuccess,
                       fmt::format("TCP connect to {} in {}", server_.to_string(), milliseconds_text(duration)),
                       "connect"};
    result.trace.connected = in_microseconds(duration);
    return result;
  }

  Connector& connector_;
  const Clock& clock_;
  Endpoint server_;
  std::chrono::milliseconds timeout_;
  SteadyTime begin_;
  Connector::Ticket ticket_ = 0;  // 0: nothing is under way
  OnResult on_result_;
};

}  // namespace

std::shared_ptr<Probe> make_connect_probe(ProbeTools& tools, const Target& target) {
  return make_connect_probe(tools, {target.address, target.port}, target.check.timeout);
}

std::shared_ptr<Probe> make_connect_probe(ProbeTools& tools, const Endpoint& server,
                                          std::chrono::milliseconds timeout) {
  return std::make_shared<ConnectProbe>(tools, server, timeout);
}

}  // namespace evenkeel::health
