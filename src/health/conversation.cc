#include "health/conversation.h"

#include <fmt/format.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <ctime>

#include "health/http_request.h"
#include "health/reason.h"
#include "health/tcp_connection.h"

namespace evenkeel::health {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr size_t kReadBytes = size_t{8} * 1024;
// What is kept for the trace, before masking: more than is shown, so that no key is cut in two where the text ends.
constexpr size_t kHeadBytes = 16 * Trace::kTextLimit;

void append_head(std::string& head, std::string_view bytes) {
  head += bytes.substr(0, kHeadBytes - head.size());
}

auto into(error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

bool is_end_of_stream(const error_code& error) {
  return error == asio::error::eof || error == asio::ssl::error::stream_truncated;
}

bool is_local(const error_code& error) {
  return error.category() == boost::system::system_category() && is_local_trouble(error.value());
}

std::string date_text(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

}  // namespace

Conversation::Conversation(ProbeTools& tools, const Target& target, Wire wire)
    : clock_(tools.clock), target_(target), wire_(wire), socket_(tools.io), begin_(tools.clock.steady_now()) {
  const bool may_be_tls = wire == Wire::kTls || target.check.starttls;
  if (may_be_tls) context_ = target.check.verify_certificate ? tools.verifying_tls() : tools.tls;
}

Conversation::~Conversation() = default;

asio::awaitable<Trouble> Conversation::open() {
  begin_ = clock_.steady_now();
  if (is_aborted_) co_return not_checked("given up");
  if (auto failed = co_await connect(socket_, Endpoint{target_.address, target_.port})) co_return failed;
  connected_ = since_begin();
  if (wire_ == Wire::kTls) {
    if (auto failed = co_await shake_hands()) co_return failed;
  }
  phase_ = Phase::kTalk;
  co_return std::nullopt;
}

asio::awaitable<Trouble> Conversation::secure() {
  if (!pending_.empty()) {
    co_return failure(fmt::format("{} sent more in plain after it had agreed to TLS: {}", server(), excerpt(pending_)),
                      "tls");
  }
  if (auto failed = co_await shake_hands()) co_return failed;
  phase_ = Phase::kTalk;
  co_return std::nullopt;
}

asio::awaitable<Trouble> Conversation::shake_hands() {
  phase_ = Phase::kHandshake;
  tls_ = std::make_unique<TlsStream>(socket_, *context_);
  SSL* const ssl = tls_->native_handle();
  const std::string name = server_name(target_);
  if (!name.empty()) SSL_set_tlsext_host_name(ssl, name.c_str());
  if (target_.check.verify_certificate) {
    SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
    if (name.empty()) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), target_.address.to_string().c_str());
    } else {
      SSL_set1_host(ssl, name.c_str());
    }
  }
  error_code error;
  co_await tls_->async_handshake(TlsStream::client, into(error));
  if (!error) {
    secured_ = since_begin();
    co_return std::nullopt;
  }
  health::leave(std::move(socket_));
  co_return handshake_failed(error);
}

ProbeResult Conversation::handshake_failed(const error_code& error) const {
  if (is_local(error)) return not_checked(error.value());
  const long verified = SSL_get_verify_result(tls_->native_handle());
  if (target_.check.verify_certificate && verified != X509_V_OK) {
    return failure(
        fmt::format("the certificate of {} is not accepted: {}", server(), X509_verify_cert_error_string(verified)),
        "tls");
  }
  return failure(fmt::format("TLS handshake with {} failed: {}", server(), error.message()), "tls");
}

asio::awaitable<Trouble> Conversation::send(std::string bytes) {
  append_head(request_, bytes);
  error_code error;
  // A server may refuse before it has read everything: what it says counts, not that it stopped listening.
  if (tls_) {
    co_await asio::async_write(*tls_, asio::buffer(bytes), into(error));
  } else {
    co_await asio::async_write(socket_, asio::buffer(bytes), into(error));
  }
  if (error && is_local(error)) co_return not_checked(error.value());
  co_return std::nullopt;
}

asio::awaitable<Heard<std::string>> Conversation::more() {
  std::array<char, kReadBytes> buffer;
  error_code error;
  size_t size = 0;
  if (tls_) {
    size = co_await tls_->async_read_some(asio::buffer(buffer), into(error));
  } else {
    size = co_await socket_.async_read_some(asio::buffer(buffer), into(error));
  }
  if (size == 0 && error && !is_end_of_stream(error)) co_return std::unexpected(lost(error));
  note({buffer.data(), size});
  co_return std::string(buffer.data(), size);
}

void Conversation::note(std::string_view answer) {
  if (answer.empty()) return;
  if (!first_byte_) first_byte_ = since_begin();
  append_head(answer_, answer);
}

void Conversation::fill(Trace& trace, const SecretMask& mask) const {
  trace.request = trace_text(mask.apply(request_));
  trace.answer = trace_text(mask.apply(answer_));
  trace.connected = connected_;
  trace.secured = secured_;
  trace.first_byte = first_byte_;
}

std::chrono::microseconds Conversation::since_begin() const {
  return in_microseconds(clock_.steady_now() - begin_);
}

asio::awaitable<Trouble> Conversation::fill() {
  auto bytes = co_await more();
  if (!bytes) co_return std::move(bytes.error());
  if (bytes->empty()) {
    co_return failure(pending_.empty() ? fmt::format("{} closed the connection instead of {}", server(), waiting_for_)
                                       : fmt::format("{} closed the connection in the middle of {}: {}", server(),
                                                     waiting_for_, excerpt(pending_)));
  }
  total_ += bytes->size();
  if (total_ > kMostBytes) {
    co_return failure(
        fmt::format("{} sent more than {} KiB where {} is expected", server(), kMostBytes / 1024, waiting_for_));
  }
  pending_ += *bytes;
  co_return std::nullopt;
}

asio::awaitable<Heard<std::string>> Conversation::line() {
  size_t searched = 0;
  while (true) {
    const size_t end = pending_.find('\n', searched);
    if (end != std::string::npos && end <= kLongestLine) {
      const bool has_return = end > 0 && pending_[end - 1] == '\r';
      co_return taken(end - (has_return ? 1 : 0), has_return ? 2 : 1);
    }
    if (pending_.size() > kLongestLine) {
      co_return std::unexpected(failure(fmt::format("a line of more than {} bytes from {} where {} is expected: {}",
                                                    kLongestLine, server(), waiting_for_, excerpt(pending_))));
    }
    searched = pending_.size();
    if (auto failed = co_await fill()) co_return std::unexpected(*std::move(failed));
  }
}

asio::awaitable<Heard<std::string>> Conversation::exactly(size_t count) {
  if (count > kMostBytes) {
    co_return std::unexpected(
        failure(fmt::format("{} announces {} bytes where {} is expected", server(), count, waiting_for_)));
  }
  while (pending_.size() < count) {
    if (auto failed = co_await fill()) co_return std::unexpected(*std::move(failed));
  }
  co_return taken(count, 0);
}

asio::awaitable<Heard<std::string>> Conversation::some() {
  if (pending_.empty()) {
    if (auto failed = co_await fill()) co_return std::unexpected(*std::move(failed));
  }
  co_return taken(pending_.size(), 0);
}

std::string Conversation::taken(size_t count, size_t skipped) {
  std::string result = pending_.substr(0, count);
  heard_.append(pending_, 0, count + skipped);
  pending_.erase(0, count + skipped);
  return result;
}

ProbeResult Conversation::lost(const error_code& error) const {
  if (is_local(error)) return not_checked(error.value());
  return failure(
      fmt::format("connection to {} lost while waiting for {}: {}", server(), waiting_for_, error.message()));
}

void Conversation::finish_sending() {
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

asio::awaitable<void> Conversation::leave() {
  if (!socket_.is_open()) co_return;
  if (tls_) {
    // close_notify, so that the server does not log a truncated session. Its answer is not waited for.
    error_code ignored;
    SSL_set_shutdown(tls_->native_handle(), SSL_RECEIVED_SHUTDOWN);
    co_await tls_->async_shutdown(into(ignored));
  }
  if (socket_.is_open()) health::leave(std::move(socket_));
}

void Conversation::abort() {
  is_aborted_ = true;
  leave_now(socket_);
}

std::string Conversation::timed_out() const {
  const std::string start = fmt::format("no answer from {} within {}", server(), timeout_text(target_.check.timeout));
  switch (phase_) {
    case Phase::kConnect:
      return start + " (no TCP connection)";
    case Phase::kHandshake:
      return start + " (TCP connected, TLS handshake not completed)";
    case Phase::kTalk:
      break;
  }
  const std::string begun = pending_.empty() ? "" : fmt::format(", which has begun with: {}", excerpt(pending_));
  return fmt::format("{} ({}connected, waiting for {}{})", start, tls_ ? "TLS " : "TCP ", waiting_for_, begun);
}

std::string Conversation::server() const {
  return Endpoint{target_.address, target_.port}.to_string();
}

std::string Conversation::local_address() const {
  error_code ignored;
  return socket_.local_endpoint(ignored).address().to_string();
}

std::string Conversation::elapsed() const {
  return milliseconds_text(clock_.steady_now() - begin_);
}

ProbeResult Conversation::success(std::string_view what) const {
  return {Outcome::kSuccess, fmt::format("{} from {} in {}{}", what, server(), elapsed(), certificate_note())};
}

std::optional<WallTime> Conversation::certificate_end() const {
  if (!tls_) return std::nullopt;
  const X509* certificate = SSL_get0_peer_certificate(tls_->native_handle());
  std::tm end{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&end));
}

std::string Conversation::certificate_note() const {
  const auto end = certificate_end();
  if (!end || target_.check.certificate_warning == 0) return {};
  const auto now = clock_.wall_now();
  if (*end <= now) return fmt::format("; warning: the certificate ended on {}", date_text(*end));
  const auto left = std::chrono::duration_cast<std::chrono::hours>(*end - now).count() / 24;
  if (left >= target_.check.certificate_warning) return {};
  return fmt::format("; warning: the certificate ends in {} days, on {}", left, date_text(*end));
}

}  // namespace evenkeel::health
