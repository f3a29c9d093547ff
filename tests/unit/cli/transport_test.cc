// The real transport against a server on a real Unix socket that answers from a script.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "base/fd.h"
#include "cli/unix_socket_transport.h"
#include "tests/unit/temporary_directory.h"

namespace evenkeel::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class TransportTest : public testing::Test {
 protected:
  ~TransportTest() override {
    if (server_.joinable()) server_.join();
  }

  sockaddr_un address() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
    return address;
  }

  void listen() {
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un where = address();
    ASSERT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&where), sizeof(where)), 0);
    ASSERT_EQ(::listen(listener_.get(), 4), 0);
  }

  // Takes one connection, reads until the request is there (its end is `request_end`), sends the pieces, and closes
  // when the client has or at once.
  enum class Then { kClose, kWaitForClient };
  void serve(std::string request_end, std::vector<std::string> pieces, Then then = Then::kClose) {
    listen();
    server_ = std::thread([this, request_end = std::move(request_end), pieces = std::move(pieces), then] {
      const Fd client(::accept(listener_.get(), nullptr, nullptr));
      char byte = 0;
      while (!request_.ends_with(request_end) && ::recv(client.get(), &byte, 1, 0) == 1) request_ += byte;
      for (const std::string& piece : pieces) ::send(client.get(), piece.data(), piece.size(), MSG_NOSIGNAL);
      while (then == Then::kWaitForClient && ::recv(client.get(), &byte, 1, 0) > 0) {
      }
    });
  }

  // What the server has read, once it is done.
  const std::string& request() {
    server_.join();
    return request_;
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_ / "api.sock", request_;
  Fd listener_;
  std::thread server_;
};

TEST_F(TransportTest, SendsMethodPathAndBody) {
  serve("{\"a\":1}", {"HTTP/1.1 409 Conflict\r\nContent-Le", "ngth: 2\r\n\r\n{", "}"});
  const auto response =
      UnixSocketTransport(path_).send({"PATCH", "/api/v1/virtual-services/A%20B?dry_run=true", "{\"a\":1}"});
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_EQ(response->status, 409);
  EXPECT_EQ(response->body, "{}");
  const std::string& sent = request();
  EXPECT_THAT(sent, testing::StartsWith("PATCH /api/v1/virtual-services/A%20B?dry_run=true HTTP/1.1\r\n"));
  EXPECT_THAT(sent, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(sent, HasSubstr("Content-Length: 7\r\n"));
}

TEST_F(TransportTest, GetsAndDeletesWithoutABody) {
  serve("\r\n\r\n", {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"});
  ASSERT_TRUE(UnixSocketTransport(path_).send({"GET", "/api/v1/status", ""}));
  EXPECT_THAT(request(), testing::StartsWith("GET /api/v1/status HTTP/1.1\r\n"));
}

TEST_F(TransportTest, TellsWhyItCannotConnect) {
  const auto missing = UnixSocketTransport(path_).send({"GET", "/api/v1/status", ""});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(missing.error().system_errno, ENOENT);
  EXPECT_THAT(to_string(missing.error()), HasSubstr(path_));

  listen();
  listener_.reset();  // the socket's file is still there
  const auto refused = UnixSocketTransport(path_).send({"GET", "/api/v1/status", ""});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().system_errno, ECONNREFUSED);
}

TEST_F(TransportTest, AnAnswerThatBreaksOffIsAnError) {
  serve("\r\n\r\n", {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"});
  const auto response = UnixSocketTransport(path_).send({"GET", "/api/v1/status", ""});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
}

TEST_F(TransportTest, StreamsUntilTheServerEndsIt) {
  serve("\r\n\r\n",
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\nab", "c\r\n4\r\ndefg\r\n", "0\r\n\r\n"});
  std::string got;
  const auto end =
      UnixSocketTransport(path_).stream({"/api/v1/events", "12", {}}, [&](std::string_view piece) { got += piece; });
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 200);
  EXPECT_EQ(got, "abcdefg");
  EXPECT_THAT(request(), HasSubstr("Last-Event-ID: 12\r\n"));
}

TEST_F(TransportTest, AStreamThatBreaksOffHasMerelyEnded) {
  serve("\r\n\r\n", {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"});
  std::string got;
  const auto end =
      UnixSocketTransport(path_).stream({"/api/v1/events", {}, {}}, [&](std::string_view piece) { got += piece; });
  ASSERT_TRUE(end);
  EXPECT_EQ(got, "abc");
  EXPECT_THAT(request(), testing::Not(HasSubstr("Last-Event-ID")));
}

TEST_F(TransportTest, EndsAStreamThatFallsSilent) {
  serve("\r\n\r\n", {"HTTP/1.1 200 OK\r\n\r\n", "abc"}, Then::kWaitForClient);
  std::string got;
  const auto end =
      UnixSocketTransport(path_).stream({"/api/v1/events", "0", 200ms}, [&](std::string_view piece) { got += piece; });
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 200);
  EXPECT_EQ(got, "abc");
}

TEST_F(TransportTest, KeepsARefusalApartFromTheStream) {
  serve("\r\n\r\n", {"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}"});
  std::string got;
  const auto end =
      UnixSocketTransport(path_).stream({"/api/v1/events", {}, {}}, [&](std::string_view piece) { got += piece; });
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 403);
  EXPECT_EQ(end->body, "{}");
  EXPECT_EQ(got, "");
}

}  // namespace
}  // namespace evenkeel::cli
