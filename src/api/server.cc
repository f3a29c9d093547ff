// The only file that knows Boost.Beast: it is slow to compile.

#include "api/server.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <unordered_set>

#include "api/peer.h"
#include "api/reply.h"
#include "api/unix_socket.h"

namespace evenkeel::api {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Local = asio::local::stream_protocol;
using Socket = beast::basic_stream<Local>;
using boost::system::error_code;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kPauseAfterError = std::chrono::milliseconds(100);  // of accept(): no descriptors left

class Session;

}  // namespace

class ServerCore : public std::enable_shared_from_this<ServerCore> {
 public:
  ServerCore(asio::io_context& io, Serve handler, Server::Options limits)
      : serve(std::move(handler)), options(std::move(limits)), acceptor_(io), pause_(io) {}

  Result<> listen();
  void stop();

  const Serve serve;
  const Server::Options options;
  std::optional<gid_t> group;
  std::unordered_set<Session*> sessions;  // those that exist; each takes itself out
  size_t body_bytes = 0;                  // reserved by all sessions

 private:
  static asio::awaitable<void> accept_all(std::shared_ptr<ServerCore> self);
  void start_session(Local::socket socket);

  Local::acceptor acceptor_;
  asio::steady_timer pause_;
  std::optional<ino_t> inode_;
};

namespace {

std::optional<std::string> header_of(const http::fields& fields, beast::string_view name) {
  const auto found = fields.find(name);
  if (found == fields.end()) return std::nullopt;
  return std::string(found->value());
}

Credentials credentials_of(const http::fields& fields) {
  const auto text = [&](beast::string_view name) { return header_of(fields, name).value_or(""); };
  return {.cookie = text("Cookie"),
          .authorization = text("Authorization"),
          .csrf_token = text("X-CSRF-Token"),
          .forwarded_for = text("X-Forwarded-For"),
          .fetch_site = text("Sec-Fetch-Site"),
          .is_background = text("X-Background") == "true"};
}

// One connection: its requests one after the other, however many the client sends ahead.
class Session {
 public:
  Session(std::shared_ptr<ServerCore> server, Local::socket socket, Result<Peer> peer);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  static asio::awaitable<void> run(std::shared_ptr<Session> self);
  void close() { socket_.close(); }

 private:
  using Parser = http::request_parser<http::string_body>;

  asio::awaitable<bool> serve_one();
  asio::awaitable<std::optional<Response>> receive(Parser& parser);
  std::optional<Response> reserve_body(Parser& parser);
  void release_body();
  Request to_request(Parser& parser) const;
  asio::awaitable<Response> answer(Request request);
  asio::awaitable<bool> send(Response response, const Parser& parser, bool keep_alive);
  asio::awaitable<void> send_stream(std::shared_ptr<Stream> stream, bool is_chunked);
  asio::awaitable<void> write_stream(std::shared_ptr<Stream> stream, bool is_chunked);
  asio::awaitable<bool> write(std::string_view text);
  asio::awaitable<void> discard_input();

  const std::shared_ptr<ServerCore> server_;
  Socket socket_;
  const Result<Peer> peer_;
  beast::flat_buffer buffer_;
  size_t reserved_ = 0;
};

Session::Session(std::shared_ptr<ServerCore> server, Local::socket socket, Result<Peer> peer)
    : server_(std::move(server)), socket_(std::move(socket)), peer_(std::move(peer)) {
  server_->sessions.insert(this);
}

Session::~Session() {
  release_body();
  server_->sessions.erase(this);
}

asio::awaitable<void> Session::run(std::shared_ptr<Session> self) {
  try {
    while (co_await self->serve_one()) {
    }
  } catch (const std::exception& exception) {
    spdlog::warn("api: a connection of {} ended: {}", self->peer_ ? self->peer_->name : "a refused peer",
                 exception.what());
  }
  self->close();
}

// False when the connection is to be closed.
asio::awaitable<bool> Session::serve_one() {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(server_->options.maximum_header));
  parser.body_limit(server_->options.maximum_body);
  socket_.expires_after(server_->options.read_timeout);
  bool keep_alive = false;
  auto response = co_await receive(parser);
  if (!response) {
    if (!parser.is_done()) co_return false;
    keep_alive = parser.keep_alive() && parser.get().method() != http::verb::head;
    response = co_await answer(to_request(parser));
  }
  if (response->stream) {
    const auto stream = response->stream;
    const bool is_chunked = stream->has_end() && parser.get().version() >= 11;
    if (co_await send(std::move(*response), parser, false)) co_await send_stream(stream, is_chunked);
    co_return false;
  }
  const bool is_sent = co_await send(std::move(*response), parser, keep_alive);
  release_body();
  co_return is_sent&& keep_alive;
}

// HTTP's own errors, as answers; none when there is nobody to answer.
std::optional<Response> refuse_input(error_code error) {
  if (error == http::error::end_of_stream) return std::nullopt;
  if (error == http::error::body_limit) {
    return refuse(413, Error{ErrorCode::kInvalidArgument, "the body is too large", {}, 0});
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return refuse(431, Error{ErrorCode::kInvalidArgument, "the header is too large", {}, 0});
  }
  if (error.category() != http::make_error_code(http::error::bad_method).category()) return std::nullopt;
  return refuse(Error{ErrorCode::kInvalidArgument, "this is not HTTP: " + error.message(), {}, 0});
}

// A response when the request is refused before it is complete; none when it is complete (the parser is done) or the
// client is gone.
asio::awaitable<std::optional<Response>> Session::receive(Parser& parser) {
  auto [header_error, header_size] = co_await http::async_read_header(socket_, buffer_, parser, kAwait);
  if (header_error) co_return refuse_input(header_error);
  if (!peer_) co_return refuse(peer_.error());
  if (auto refusal = reserve_body(parser)) co_return refusal;
  if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(socket_, asio::buffer(go_on), kAwait);
  }
  auto [body_error, body_size] = co_await http::async_read(socket_, buffer_, parser, kAwait);
  if (body_error) co_return refuse_input(body_error);
  co_return std::nullopt;
}

// A body of unknown length may become as long as allowed.
std::optional<Response> Session::reserve_body(Parser& parser) {
  const Server::Options& options = server_->options;
  const auto length = parser.content_length();
  const size_t wanted = length ? static_cast<size_t>(*length) : parser.chunked() ? options.maximum_body : 0;
  if (wanted > options.maximum_bodies - std::min(options.maximum_bodies, server_->body_bytes)) {
    return refuse(Error{ErrorCode::kResourceExhausted, "too many large requests at once: try again", {}, 0});
  }
  reserved_ = wanted;
  server_->body_bytes += wanted;
  return std::nullopt;
}

void Session::release_body() {
  server_->body_bytes -= std::exchange(reserved_, 0);
}

Request Session::to_request(Parser& parser) const {
  auto& message = parser.get();
  Request request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  request.if_match = header_of(message, "If-Match");
  request.last_event_id = header_of(message, "Last-Event-ID");
  if (!server_->options.trusts_peers) request.credentials = credentials_of(message);
  request.body = std::move(message.body());
  request.peer = *peer_;
  return request;
}

asio::awaitable<Response> Session::answer(Request request) {
  try {
    co_return co_await server_->serve(std::move(request));
  } catch (const std::exception& exception) {
    spdlog::error("api: a request of {} failed: {}", peer_->name, exception.what());
  }
  co_return refuse(Error{ErrorCode::kInternal, "the request failed; see evenkeeld's log", {}, 0});
}

asio::awaitable<bool> Session::send(Response response, const Parser& parser, bool keep_alive) {
  const bool is_stream = response.stream != nullptr;
  http::response<http::string_body> message(static_cast<http::status>(response.status),
                                            parser.is_header_done() ? parser.get().version() : 11);
  message.set(http::field::content_type, response.content_type);
  message.set(http::field::cache_control, "no-store");
  for (const Header& header : response.headers) message.set(header.name, header.value);
  message.keep_alive(keep_alive);
  if (!is_stream) message.content_length(response.body.size());
  if (is_stream && response.stream->has_end() && message.version() >= 11) message.chunked(true);
  message.body() = std::move(response.body);
  socket_.expires_after(server_->options.write_timeout);
  if (is_stream) {
    http::response_serializer<http::string_body> serializer(message);
    auto [error, size] = co_await http::async_write_header(socket_, serializer, kAwait);
    co_return !error;
  }
  auto [error, size] = co_await http::async_write(socket_, message, kAwait);
  co_return !error;
}

asio::awaitable<bool> Session::write(std::string_view text) {
  socket_.expires_after(server_->options.write_timeout);
  auto [error, size] = co_await asio::async_write(socket_, asio::buffer(text), kAwait);
  co_return !error;
}

// A stream that breaks off has no last chunk: that is how the client knows.
asio::awaitable<void> Session::write_stream(std::shared_ptr<Stream> stream, bool is_chunked) {
  for (std::string text = co_await stream->next(); !text.empty(); text = co_await stream->next()) {
    if (is_chunked) text = fmt::format("{:x}\r\n{}\r\n", text.size(), text);
    if (!co_await write(text)) co_return;
  }
  if (is_chunked && stream->has_end()) co_await write("0\r\n\r\n");
}

asio::awaitable<void> Session::send_stream(std::shared_ptr<Stream> stream, bool is_chunked) {
  using asio::experimental::awaitable_operators::operator||;
  socket_.expires_never();
  co_await (write_stream(std::move(stream), is_chunked) || discard_input());
}

// Returns when the client has closed. Read past the time-outs, which are the writer's.
asio::awaitable<void> Session::discard_input() {
  std::array<char, 512> unwanted{};
  for (;;) {
    auto [error, size] = co_await socket_.socket().async_read_some(asio::buffer(unwanted), kAwait);
    if (error) co_return;
  }
}

// Said at once, without reading: a client too many costs nothing.
void turn_away(Local::socket& socket) {
  const Response response = refuse(Error{ErrorCode::kResourceExhausted, "too many connections: try again", {}, 0});
  const std::string text = fmt::format(
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
      response.content_type, response.body.size(), response.body);
  error_code error;
  socket.non_blocking(true, error);
  if (!error) socket.write_some(asio::buffer(text), error);
}

}  // namespace

Result<> ServerCore::listen() {
  group = find_group(options.group);
  auto listening = listen_on(options.socket_path, options.mode, group);
  if (!listening) return fail(listening.error());
  const auto inode = inode_of(options.socket_path);
  if (!inode) return fail(inode.error());
  error_code error;
  acceptor_.assign(Local(), listening->get(), error);
  if (error) return fail(system_error(error.value(), "cannot listen", options.socket_path));
  listening->release();
  inode_ = *inode;
  asio::co_spawn(acceptor_.get_executor(), accept_all(shared_from_this()), asio::detached);
  return {};
}

asio::awaitable<void> ServerCore::accept_all(std::shared_ptr<ServerCore> self) {
  while (self->acceptor_.is_open()) {
    auto [error, socket] = co_await self->acceptor_.async_accept(kAwait);
    if (!self->acceptor_.is_open()) co_return;
    if (!error) {
      self->start_session(std::move(socket));
      continue;
    }
    spdlog::warn("api: cannot accept a connection: {}", error.message());
    self->pause_.expires_after(kPauseAfterError);
    co_await self->pause_.async_wait(kAwait);
  }
}

void ServerCore::start_session(Local::socket socket) {
  if (sessions.size() >= options.maximum_connections) return turn_away(socket);
  auto peer = options.trusts_peers ? identify(socket.native_handle(), group) : Result<Peer>(Peer{.name = "the web"});
  const auto executor = socket.get_executor();
  auto session = std::make_shared<Session>(shared_from_this(), std::move(socket), std::move(peer));
  asio::co_spawn(executor, Session::run(std::move(session)), asio::detached);
}

void ServerCore::stop() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  for (Session* const session : sessions) session->close();
  if (inode_) remove_socket_file(options.socket_path, *inode_);
  inode_.reset();
}

Server::Server(asio::io_context& io, Serve serve, Options options)
    : core_(std::make_shared<ServerCore>(io, std::move(serve), std::move(options))) {}

Server::~Server() {
  stop();
}

Result<> Server::listen() {
  return core_->listen();
}

void Server::stop() {
  core_->stop();
}

size_t Server::connections() const {
  return core_->sessions.size();
}

}  // namespace evenkeel::api
