#include "loopback_server.h"

#include <gmock/gmock.h>
#include <openssl/x509.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

namespace evenkeel::health {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

auto into(error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

template <class Stream>
asio::awaitable<std::string> read_request(Stream& stream) {
  std::string request;
  error_code ignored;
  co_await asio::async_read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n", into(ignored));
  co_return request;
}

template <class Stream>
asio::awaitable<error_code> write(Stream& stream, const std::string& bytes) {
  error_code error;
  co_await asio::async_write(stream, asio::buffer(bytes), into(error));
  co_return error;
}

asio::awaitable<error_code> write_slowly(tcp::socket& socket, const std::string& bytes) {
  asio::steady_timer timer(socket.get_executor());
  error_code error;
  for (size_t i = 0; i < bytes.size() && !error; ++i) {
    error = co_await write(socket, bytes.substr(i, 1));
    timer.expires_after(std::chrono::milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
  }
  co_return error;
}

void send_fin(tcp::socket& socket) {
  error_code ignored;
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

std::shared_ptr<asio::ssl::context> self_signed_context() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), -60);  // expired too: nobody may care
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX_use_certificate(context->native_handle(), certificate);
  SSL_CTX_use_PrivateKey(context->native_handle(), key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return context;
}

using TlsStream = asio::ssl::stream<tcp::socket&>;

asio::awaitable<void> answer_over_tls(TlsStream& stream, Visits& visits, const std::string& answer) {
  error_code error;
  co_await stream.async_handshake(TlsStream::server, into(error));
  if (error) co_return;
  const char* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
  visits.server_name = name != nullptr ? name : "";
  visits.requests.push_back(co_await read_request(stream));
  co_await write(stream, answer);
}

}  // namespace

struct LoopbackServer::State {
  State(asio::io_context& io, Script script_played, const std::string& address)
      : acceptor(io, tcp::endpoint(asio::ip::make_address(address), 0)), script(std::move(script_played)) {}

  tcp::acceptor acceptor;
  Script script;
  Visits visits;
};

LoopbackServer::LoopbackServer(asio::io_context& io, Script script, const std::string& address)
    : state_(std::make_shared<State>(io, std::move(script), address)) {
  asio::co_spawn(io, accept(state_), asio::detached);
}

LoopbackServer::~LoopbackServer() {
  state_->acceptor.close();
}

uint16_t LoopbackServer::port() const {
  return state_->acceptor.local_endpoint().port();
}

const Visits& LoopbackServer::visits() const {
  return state_->visits;
}

void LoopbackServer::play(Script script) {
  state_->script = std::move(script);
}

asio::awaitable<void> LoopbackServer::accept(std::shared_ptr<State> state) {
  error_code error;
  while (true) {
    tcp::socket socket = co_await state->acceptor.async_accept(into(error));
    if (error) co_return;
    ++state->visits.connections;
    asio::co_spawn(state->acceptor.get_executor(), serve(state, std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> LoopbackServer::serve(std::shared_ptr<State> state, tcp::socket socket) {
  const Script script = state->script;
  co_await script(socket, state->visits);
  if (!socket.is_open()) co_return;
  std::array<char, 1024> scratch{};
  error_code error;
  while (!error) co_await socket.async_read_some(asio::buffer(scratch), into(error));
  state->visits.endings.push_back(error == asio::error::eof ? Ending::kFin : Ending::kReset);
}

LoopbackServer::Script accept_only() {
  return [](tcp::socket&, Visits&) -> asio::awaitable<void> { co_return; };
}

LoopbackServer::Script say(const std::string& answer) {
  return [answer](tcp::socket& socket, Visits& visits) -> asio::awaitable<void> {
    visits.requests.push_back(co_await read_request(socket));
    co_await write(socket, answer);
    send_fin(socket);
  };
}

LoopbackServer::Script greet(const std::string& greeting) {
  return [greeting](tcp::socket& socket, Visits&) -> asio::awaitable<void> { co_await write(socket, greeting); };
}

LoopbackServer::Script drip(const std::string& answer) {
  return [answer](tcp::socket& socket, Visits& visits) -> asio::awaitable<void> {
    visits.requests.push_back(co_await read_request(socket));
    co_await write_slowly(socket, answer);
    send_fin(socket);
  };
}

LoopbackServer::Script drip_for_ever(const std::string& answer) {
  return [answer](tcp::socket& socket, Visits& visits) -> asio::awaitable<void> {
    visits.requests.push_back(co_await read_request(socket));
    error_code error = co_await write(socket, answer);
    while (!error) error = co_await write_slowly(socket, "x");
  };
}

LoopbackServer::Script flood(const std::string& answer) {
  return [answer](tcp::socket& socket, Visits& visits) -> asio::awaitable<void> {
    visits.requests.push_back(co_await read_request(socket));
    error_code error = co_await write(socket, answer);
    const std::string block(65536, 'x');
    while (!error) error = co_await write(socket, block);
  };
}

LoopbackServer::Script reset_after(const std::string& answer) {
  return [answer](tcp::socket& socket, Visits& visits) -> asio::awaitable<void> {
    visits.requests.push_back(co_await read_request(socket));
    co_await write(socket, answer);
    socket.set_option(asio::socket_base::linger(true, 0));
    socket.close();
  };
}

LoopbackServer::Script say_over_tls(const std::string& answer) {
  return [answer, context = self_signed_context()](tcp::socket& socket, Visits& visits) -> asio::awaitable<void> {
    TlsStream stream(socket, *context);
    co_await answer_over_tls(stream, visits, answer);
    error_code ignored;
    co_await stream.async_shutdown(into(ignored));
    send_fin(socket);
  };
}

LoopbackServer::Script say_over_tls_and_cut(const std::string& answer) {
  return [answer, context = self_signed_context()](tcp::socket& socket, Visits& visits) -> asio::awaitable<void> {
    TlsStream stream(socket, *context);
    co_await answer_over_tls(stream, visits, answer);
    send_fin(socket);
  };
}

std::string http_answer(int status, const std::string& body, const std::string& fields) {
  return "HTTP/1.1 " + std::to_string(status) + " Reason\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

uint16_t closed_port(asio::io_context& io) {
  return tcp::acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)).local_endpoint().port();
}

FullServer::FullServer(asio::io_context& io) : acceptor_(io) {
  acceptor_.open(tcp::v4());
  acceptor_.bind(tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  acceptor_.listen(0);
  // A backlog of 0 holds one connection; the second filler is in the way of everybody else.
  for (int i = 0; i < 2; ++i) {
    tcp::socket& filler = fillers_.emplace_back(io, tcp::v4());
    filler.non_blocking(true);
    const tcp::endpoint endpoint = acceptor_.local_endpoint();
    EXPECT_THAT(::connect(filler.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size())),
                testing::Le(0));
  }
}

}  // namespace evenkeel::health
