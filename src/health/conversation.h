#pragma once
// One TCP connection to a real server, plain or TLS, as a probe uses it: every step can fail with a result that says
// why, and neither the bytes that are kept nor those that are read are unbounded. The time is the probe's deadline.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "health/probe.h"
#include "health/probes.h"
#include "health/secret_mask.h"

namespace evenkeel::health {

enum class Wire { kPlain, kTls };

using Trouble = std::optional<ProbeResult>;  // none: all is well
template <class T>
using Heard = std::expected<T, ProbeResult>;

class Conversation {
 public:
  static constexpr size_t kLongestLine = 4096;
  static constexpr size_t kMostBytes = size_t{256} * 1024;

  Conversation(ProbeTools& tools, const Target& target, Wire wire);
  ~Conversation();

  // Connects, and shakes hands where the wire is TLS. Once.
  boost::asio::awaitable<Trouble> open();
  // Where the check wants STARTTLS: shakes hands on the connection that was open in plain so far, after the server has
  // agreed. What it has sent in plain beyond its agreement is a failure: it may be from somebody else.
  boost::asio::awaitable<Trouble> secure();
  boost::asio::awaitable<Trouble> send(std::string bytes);

  // One line without its end, at most kLongestLine bytes.
  boost::asio::awaitable<Heard<std::string>> line();
  // So many bytes, at most kMostBytes.
  boost::asio::awaitable<Heard<std::string>> exactly(size_t count);
  // What comes next, at least one byte; a failure at the end.
  boost::asio::awaitable<Heard<std::string>> some();
  // What comes next; nothing at the end. Is not kept, and does not count towards kMostBytes: the caller bounds it.
  boost::asio::awaitable<Heard<std::string>> more();

  bool is_secured() const { return secured_.has_value(); }

  void finish_sending();                 // FIN; plain only
  boost::asio::awaitable<void> leave();  // in peace, as TLS and TCP want it
  void abort();

  // What is waited for now, for the sentence of a timeout: "the greeting".
  void wait_for(std::string what) { waiting_for_ = std::move(what); }
  std::string timed_out() const;

  const std::string& heard() const { return heard_; }  // all that was read by line() and exactly(), kMostBytes at most
  std::string server() const;                          // "10.0.0.1:25"
  std::string local_address() const;                   // "10.0.0.2"; meaningful when open
  std::string elapsed() const;                         // since open(): "3.2 ms"
  std::string certificate_note() const;                // "", or "; warning: ..." when it ends soon or has ended
  std::optional<WallTime> certificate_end() const;

  // What was said on both sides and when, masked.
  void fill(Trace& trace, const SecretMask& mask) const;

  // `rule`: as in ProbeResult.
  ProbeResult failure(std::string reason, std::string_view rule = "protocol") const {
    return {Outcome::kFailure, std::move(reason), rule};
  }
  ProbeResult success(std::string_view what) const;  // "<what> from 10.0.0.1:25 in 3.2 ms"

 private:
  using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

  boost::asio::awaitable<Trouble> shake_hands();
  boost::asio::awaitable<Trouble> fill();  // reads more into pending_
  ProbeResult handshake_failed(const boost::system::error_code& error) const;
  ProbeResult lost(const boost::system::error_code& error) const;
  std::string taken(size_t count, size_t skipped);
  void note(std::string_view answer);
  std::chrono::microseconds since_begin() const;

  const Clock& clock_;
  Target target_;
  Wire wire_;
  std::shared_ptr<boost::asio::ssl::context> context_;
  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<TlsStream> tls_;
  std::string pending_;
  std::string heard_;
  size_t total_ = 0;
  std::string request_, answer_;  // their heads, for the trace
  Trace::Moment connected_, secured_, first_byte_;
  SteadyTime begin_;
  bool is_aborted_ = false;
  std::string waiting_for_ = "an answer";
  enum class Phase { kConnect, kHandshake, kTalk } phase_ = Phase::kConnect;
};

}  // namespace evenkeel::health
