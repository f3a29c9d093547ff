#pragma once
// A real server on a real Unix socket, and a client that takes turns with it in one thread.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <cstring>

#include "api/router.h"
#include "api/server.h"
#include "base/fd.h"
#include "fake_control.h"
#include "model/json.h"
#include "tests/unit/temporary_directory.h"

namespace evenkeel::api {

namespace json = boost::json;

struct HttpReply {
  int status = 0;
  std::string head;  // status line and headers
  std::string body;

  json::value value() const { return json::parse(body); }
  std::string message() const { return std::string(value().at("error").at("message").as_string()); }
  std::string code() const { return std::string(value().at("error").at("code").as_string()); }
  std::string header(std::string_view name) const {
    const size_t start = head.find("\r\n" + std::string(name) + ": ");
    if (start == std::string::npos) return "";
    const size_t from = start + 4 + name.size();
    return head.substr(from, head.find("\r\n", from) - from);
  }
};

inline int connect_to(const std::string& path) {
  const int number = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (connect(number, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return number;
  close(number);
  return -1;
}

class Client {
 public:
  Client(boost::asio::io_context& io, const std::string& path) : io_(io), socket_(connect_to(path)) {
    EXPECT_TRUE(socket_.is_open()) << std::strerror(errno);
    fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
  }

  // All of it, while the server runs; false when the server closed the connection first.
  bool send(std::string_view text) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!text.empty() && std::chrono::steady_clock::now() < deadline) {
      const ssize_t sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent > 0) text.remove_prefix(static_cast<size_t>(sent));
      if (sent < 0 && errno != EAGAIN) return false;
      run();
    }
    return text.empty();
  }

  // Lets the server run until `done` says so; false after ten seconds.
  template <class Done>
  bool run_until(Done done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      run();
      receive();
    }
    return true;
  }

  HttpReply reply() {
    HttpReply result;
    EXPECT_TRUE(run_until([this] { return reply_size() != 0 || is_closed_; })) << "no reply";
    const size_t size = reply_size();
    const size_t end = received_.find("\r\n\r\n");
    if (size == 0 || end == std::string::npos) return result;
    result.head = received_.substr(0, end + 2);
    result.body = received_.substr(end + 4, size - end - 4);
    result.status = std::atoi(result.head.c_str() + 9);
    received_.erase(0, size);
    return result;
  }

  bool wait_until_closed() {
    return run_until([this] { return is_closed_; });
  }
  bool wait_for(std::string_view text) {
    return run_until([&] { return received_.find(text) != std::string::npos || is_closed_; }) &&
           received_.find(text) != std::string::npos;
  }
  const std::string& received() const { return received_; }
  int socket() const { return socket_.get(); }
  void finish_sending() { shutdown(socket_.get(), SHUT_WR); }

 private:
  void run() { io_.run_one_for(std::chrono::milliseconds(2)); }

  void receive() {
    std::array<char, 65536> bytes;
    const ssize_t size = recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (size > 0) received_.append(bytes.data(), static_cast<size_t>(size));
    if (size == 0 || (size < 0 && errno != EAGAIN)) is_closed_ = true;
  }

  // 0 when it is not complete.
  size_t reply_size() const {
    const size_t end = received_.find("\r\n\r\n");
    if (end == std::string::npos) return 0;
    const size_t field = received_.find("Content-Length: ");
    if (field > end) return end + 4;
    const size_t length = std::strtoul(received_.c_str() + field + 16, nullptr, 10);
    return received_.size() >= end + 4 + length ? end + 4 + length : 0;
  }

  boost::asio::io_context& io_;
  Fd socket_;
  std::string received_;
  bool is_closed_ = false;
};

inline std::string http(std::string_view method, std::string_view target, std::string_view body = "",
                        std::string_view headers = "") {
  std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: evenkeel\r\n";
  text += headers;
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + std::string(body);
}

constexpr const char* kFarm = R"({"virtual_services": [
  {"label": "Print_Provider", "address": "10.77.0.100", "ports": "445", "protocol": "tcp",
   "real_servers": [{"label": "PS1", "address": "10.77.0.21"}, {"label": "PS2", "address": "10.77.0.22"}]},
  {"label": "Papercut_WUI", "address": "10.77.0.101", "ports": "9191,9192,9193", "protocol": "tcp",
   "health_check": {"type": "negotiate", "request": "/api/health?disk=1&Authorization=KEY-4711"},
   "real_servers": [{"label": "App_Svr1", "address": "10.77.0.31"}]}]})";

class ApiTest : public testing::Test {
 protected:
  ApiTest() {
    options_.socket_path = directory_ / "api.sock";
    control_.commit(model::parse_configuration(std::string_view(kFarm)).value(), "root", "the farm");
  }
  ~ApiTest() override {
    server_.reset();
    io_.restart();
    io_.poll();
  }

  // After the test changed what it wants to be different.
  void start() {
    router_.emplace(Context{control_, clock_, event_limits_, accounts_.get()}, routes());
    server_.emplace(io_, [this](Request request) { return router_->serve(std::move(request)); }, options_);
    const auto listening = server_->listen();
    ASSERT_TRUE(listening) << to_string(listening.error());
  }

  Client connect() {
    if (!server_) start();
    return Client(io_, options_.socket_path);
  }

  HttpReply ask(std::string_view method, std::string_view target, std::string_view body = "",
                std::string_view headers = "") {
    Client client = connect();
    EXPECT_TRUE(client.send(http(method, target, body, headers)));
    return client.reply();
  }

  const model::VirtualService& service(size_t index) const { return control_.current.virtual_services[index]; }

  boost::asio::io_context io_;
  FakeClock clock_;
  FakeControl control_{clock_};
  TemporaryDirectory directory_;
  Server::Options options_;
  EventStream::Limits event_limits_;
  std::unique_ptr<access::Accounts> accounts_;  // null unless the test opens them
  std::optional<Router> router_;
  std::optional<Server> server_;
};

}  // namespace evenkeel::api
