// Negotiate, HTTP and HTTPS: sends one request and judges the answer. Certificates are not verified: the check asks
// whether the service answers, and real servers behind a load balancer mostly have self-signed ones.

#include <fmt/format.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "health/awaitable_probe.h"
#include "health/http_judge.h"
#include "health/http_request.h"
#include "health/http_response.h"
#include "health/probes.h"
#include "health/reason.h"
#include "health/tcp_connection.h"

namespace evenkeel::health {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using TlsStream = asio::ssl::stream<tcp::socket&>;

constexpr size_t kReadBytes = size_t{8} * 1024;
// What is kept for the trace, before masking: more than is shown, so that no key is cut in two where the text ends.
constexpr size_t kHeadBytes = 16 * Trace::kTextLimit;

auto into(error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

class HttpProbe final : public AwaitableProbe {
 public:
  HttpProbe(ProbeTools& tools, const Target& target)
      : AwaitableProbe(tools.io, target.check.timeout),
        clock_(tools.clock),
        target_(target),
        server_{target.address, target.port},
        mask_(target.check.request),
        tls_context_(tools.tls),
        socket_(tools.io) {
    if (!target.check.response_expected.empty()) pattern_ = tools.patterns.get(target.check.response_expected);
  }

 private:
  enum class Phase { kConnect, kHandshake, kAnswer };

  asio::awaitable<ProbeResult> run() override {
    begin_ = clock_.steady_now();
    if (pattern_ && !pattern_->ok()) co_return not_checked("the expected response is not a pattern that RE2 knows");
    if (auto failed = co_await connect(socket_, server_)) co_return *std::move(failed);
    trace().connected = elapsed();
    if (target_.check.protocol == model::NegotiateProtocol::kHttp) {
      ProbeResult result = co_await converse(socket_);
      leave(std::move(socket_));
      co_return masked(std::move(result));
    }
    co_return masked(co_await run_tls());
  }

  asio::awaitable<ProbeResult> run_tls() {
    phase_ = Phase::kHandshake;
    TlsStream stream(socket_, *tls_context_);
    const std::string name = server_name(target_);
    if (!name.empty()) SSL_set_tlsext_host_name(stream.native_handle(), name.c_str());
    error_code error;
    co_await stream.async_handshake(TlsStream::client, into(error));
    if (error) {
      leave(std::move(socket_));
      co_return failure(fmt::format("TLS handshake with {} failed: {}", server_.to_string(), error.message()), "tls");
    }
    trace().secured = elapsed();
    ProbeResult result = co_await converse(stream);
    co_await say_goodbye(stream);
    leave(std::move(socket_));
    co_return result;
  }

  // close_notify, so that the server does not log a truncated session. Its answer is not waited for.
  static asio::awaitable<void> say_goodbye(TlsStream& stream) {
    error_code ignored;
    SSL_set_shutdown(stream.native_handle(), SSL_RECEIVED_SHUTDOWN);
    co_await stream.async_shutdown(into(ignored));
  }

  template <class Stream>
  asio::awaitable<ProbeResult> converse(Stream& stream) {
    phase_ = Phase::kAnswer;
    const std::string request = render_request(target_);
    trace().request = trace_text(mask_.apply(request));
    error_code error;
    co_await asio::async_write(stream, asio::buffer(request), into(error));
    // A server may refuse before it has read everything: what it says counts, not that it stopped listening.
    std::array<char, kReadBytes> buffer;
    while (response_.needs_more()) {
      const size_t size = co_await stream.async_read_some(asio::buffer(buffer), into(error));
      take({buffer.data(), size});
      if (is_end_of_stream(error)) {
        response_.close();
      } else if (error && response_.needs_more()) {
        if (is_local(error)) co_return not_checked(error.value());
        co_return failure(fmt::format("no complete HTTP answer from {}: {}", server_.to_string(), error.message()),
                          "protocol");
      }
    }
    co_return judge({target_, pattern_.get(), mask_}, response_, clock_.steady_now() - begin_);
  }

  void take(std::string_view bytes) {
    response_.feed(bytes);
    if (bytes.empty()) return;
    if (!trace().first_byte) trace().first_byte = elapsed();
    head_ += bytes.substr(0, kHeadBytes - head_.size());
  }

  std::chrono::microseconds elapsed() const { return in_microseconds(clock_.steady_now() - begin_); }

  static bool is_end_of_stream(const error_code& error) {
    return error == asio::error::eof || error == asio::ssl::error::stream_truncated;
  }

  static bool is_local(const error_code& error) {
    return error.category() == boost::system::system_category() && is_local_trouble(error.value());
  }

  void complete_trace() override { trace().answer = trace_text(mask_.apply(head_)); }

  void abort() override { leave_now(socket_); }

  std::string timed_out() const override {
    return fmt::format("no answer from {} within {} ({})", server_.to_string(), timeout_text(target_.check.timeout),
                       how_far());
  }

  std::string how_far() const {
    switch (phase_) {
      case Phase::kConnect:
        return "no TCP connection";
      case Phase::kHandshake:
        return "TCP connected, TLS handshake not completed";
      case Phase::kAnswer:
        break;
    }
    if (response_.status() == 0) return "TCP connected, no HTTP answer";
    return fmt::format("HTTP {}, body not complete after {} bytes", response_.status(), response_.body().size());
  }

  static ProbeResult failure(std::string reason, std::string_view rule) {
    return {Outcome::kFailure, std::move(reason), rule};
  }

  ProbeResult masked(ProbeResult result) const {
    result.reason = mask_.apply(result.reason);
    return result;
  }

  const Clock& clock_;
  Target target_;
  Endpoint server_;
  SecretMask mask_;
  std::shared_ptr<asio::ssl::context> tls_context_;
  std::shared_ptr<const re2::RE2> pattern_;
  tcp::socket socket_;
  HttpResponse response_;
  std::string head_;  // of the answer as it came
  SteadyTime begin_;
  Phase phase_ = Phase::kConnect;
};

}  // namespace

std::shared_ptr<Probe> make_http_probe(ProbeTools& tools, const Target& target) {
  return std::make_shared<HttpProbe>(tools, target);
}

}  // namespace evenkeel::health
