// The server's own promises: who may connect, what is bounded, what malformed input gets.

#include "api/server.h"

#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "api/unix_socket.h"
#include "api_fixture.h"

namespace evenkeel::api {
namespace {

TEST_F(ApiTest, AConnectionServesManyRequests) {
  Client client = connect();
  for (int i = 0; i < 3; ++i) {
    client.send(http("GET", "/api/v1/virtual-services"));
    EXPECT_EQ(client.reply().status, 200);
  }
  client.send(http("GET", "/nowhere") + http("GET", "/api/v1/status") + http("GET", "/api/v1/revisions"));
  EXPECT_EQ(client.reply().status, 404);
  EXPECT_EQ(client.reply().status, 200);
  EXPECT_EQ(client.reply().status, 200);
  client.send(http("GET", "/api/v1/status", "", "Connection: close\r\n"));
  EXPECT_EQ(client.reply().status, 200);
  EXPECT_TRUE(client.wait_until_closed());
}

TEST_F(ApiTest, MalformedHttpGetsAnAnswerInJson) {
  for (const std::string& text : std::vector<std::string>{
           "nonsense\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nbroken header\r\n\r\n",
           "POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", std::string("\0\0\0\0\r\n\r\n", 8),
           "\x16\x03\x01 TLS\r\n\r\n", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
           "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"}) {
    Client client = connect();
    client.send(text);
    const auto reply = client.reply();
    EXPECT_EQ(reply.status, 400) << text;
    EXPECT_EQ(reply.code(), "invalid_argument");
    EXPECT_TRUE(client.wait_until_closed());
  }
  EXPECT_EQ(ask("GET", "/api/v1/status").status, 200);
}

TEST_F(ApiTest, TooLargeIsRefusedBeforeItIsReceived) {
  options_.maximum_body = 1000;
  Client declared = connect();
  declared.send("PUT /api/v1/configuration HTTP/1.1\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_EQ(declared.reply().status, 413);
  Client chunked = connect();
  chunked.send("PUT /api/v1/configuration HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
               std::string(1001, 'x'));
  EXPECT_EQ(chunked.reply().status, 413);
  Client header = connect();
  header.send("GET /api/v1/status HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(header.reply().status, 431);
  EXPECT_EQ(ask("PUT", "/api/v1/configuration", std::string(1000, ' ')).status, 400);
}

TEST_F(ApiTest, SixteenMebibytesAreTheDefaultLimit) {
  EXPECT_EQ(ask("PUT", "/api/v1/configuration", std::string(16 << 20, ' ')).status, 400);
  Client client = connect();
  client.send("PUT /api/v1/configuration HTTP/1.1\r\nContent-Length: 16777217\r\n\r\n");
  EXPECT_EQ(client.reply().status, 413);
}

TEST_F(ApiTest, AllBodiesTogetherAreBounded) {
  options_.maximum_bodies = 100;
  Client first = connect();
  first.send("PUT /api/v1/configuration HTTP/1.1\r\nContent-Length: 80\r\n\r\n{");
  ASSERT_TRUE(first.run_until([this] { return server_->connections() == 1; }));
  Client probe = connect();
  probe.send(http("GET", "/api/v1/status"));  // the first one's header has been read when this is answered
  ASSERT_EQ(probe.reply().status, 200);
  const auto reply = ask("PUT", "/api/v1/configuration", std::string(30, ' '));
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.code(), "resource_exhausted");
  first.send(std::string(79, ' '));
  EXPECT_EQ(first.reply().status, 400);
  EXPECT_EQ(ask("PUT", "/api/v1/configuration", std::string(30, ' ')).status, 400);
}

TEST_F(ApiTest, ExpectContinueIsAnswered) {
  Client client = connect();
  client.send("PUT /api/v1/configuration HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(client.wait_for("HTTP/1.1 100 Continue\r\n\r\n"));
  client.send("{}");
  EXPECT_TRUE(client.wait_for("HTTP/1.1 200 OK"));
}

TEST_F(ApiTest, HalfARequestTimesOut) {
  options_.read_timeout = std::chrono::milliseconds(50);
  for (const char* text :
       {"", "GET /api/v1/sta", "PUT /api/v1/configuration HTTP/1.1\r\nContent-Length: 100\r\n\r\n{"}) {
    Client client = connect();
    client.send(text);
    EXPECT_TRUE(client.wait_until_closed()) << text;
  }
}

TEST_F(ApiTest, ARequestThatStopsInTheMiddleChangesNothing) {
  Client client = connect();
  const std::string whole = http("DELETE", "/api/v1/virtual-services/Print_Provider");
  client.send(whole.substr(0, whole.size() - 2));
  client.finish_sending();
  EXPECT_TRUE(client.wait_until_closed());
  EXPECT_EQ(control_.revision(), 1);
}

TEST_F(ApiTest, OneConnectionTooManyIsTurnedAway) {
  options_.maximum_connections = 3;
  start();
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(connect());
  ASSERT_TRUE(clients[0].run_until([this] { return server_->connections() == 3; }));
  Client surplus = connect();
  EXPECT_EQ(surplus.reply().status, 503);
  EXPECT_TRUE(surplus.wait_until_closed());
  clients.pop_back();
  ASSERT_TRUE(clients[0].run_until([this] { return server_->connections() == 2; }));
  EXPECT_EQ(ask("GET", "/api/v1/status").status, 200);
}

TEST_F(ApiTest, ManyClientsAtOnceAreAllServed) {
  start();
  std::vector<Client> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(connect());
  for (Client& client : clients) {
    client.send(http("PATCH", "/api/v1/virtual-services/Print_Provider/real-servers/PS1", R"({"weight": 5})") +
                http("GET", "/api/v1/status"));
  }
  for (Client& client : clients) {
    EXPECT_EQ(client.reply().status, 200);
    EXPECT_EQ(client.reply().status, 200);
  }
}

TEST_F(ApiTest, AHandlerThatThrowsIsAnInternalError) {
  server_.emplace(
      io_, [](Request) -> boost::asio::awaitable<Response> { throw std::runtime_error("secret detail"); }, options_);
  ASSERT_TRUE(server_->listen());
  const auto reply = ask("GET", "/");
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body.find("secret detail"), std::string::npos);
}

TEST_F(ApiTest, HeadHasNoSecondRequestBehindIt) {
  Client client = connect();
  client.send(http("HEAD", "/api/v1/status"));
  EXPECT_EQ(client.reply().status, 405);
  EXPECT_TRUE(client.wait_until_closed());
}

TEST_F(ApiTest, StopClosesEverything) {
  Client idle = connect();
  Client stream = connect();
  stream.send(http("GET", "/api/v1/events"));
  ASSERT_TRUE(stream.wait_for(": evenkeel events"));
  server_->stop();
  EXPECT_TRUE(idle.wait_until_closed());
  EXPECT_TRUE(stream.wait_until_closed());
  EXPECT_FALSE(std::filesystem::exists(options_.socket_path));
  io_.restart();
  io_.run();  // returns: nothing is left to do
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(ApiTest, AStaleSocketIsReplacedALiveOneIsNot) {
  {
    const auto stale = listen_on(options_.socket_path, 0600, std::nullopt);
    ASSERT_TRUE(stale);
  }
  ASSERT_TRUE(std::filesystem::exists(options_.socket_path));
  start();
  Server second(io_, nullptr, options_);
  const auto refused = second.listen();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  second.stop();
  EXPECT_TRUE(std::filesystem::exists(options_.socket_path));
  EXPECT_EQ(ask("GET", "/api/v1/status").status, 200);
}

TEST_F(ApiTest, WhatIsNoSocketIsLeftAlone) {
  std::filesystem::create_directory(options_.socket_path);
  Server server(io_, nullptr, options_);
  EXPECT_EQ(server.listen().error().code, ErrorCode::kConflict);
  EXPECT_TRUE(std::filesystem::exists(options_.socket_path));
  options_.socket_path = std::string(200, 'x');
  Server long_path(io_, nullptr, options_);
  EXPECT_EQ(long_path.listen().error().code, ErrorCode::kInvalidArgument);
}

TEST_F(ApiTest, TheSocketHasItsModeAndGroup) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  options_.group = "nogroup";
  start();
  struct stat status{};
  ASSERT_EQ(stat(options_.socket_path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0660u);
  EXPECT_EQ(status.st_gid, getgrnam("nogroup")->gr_gid);
}

// A child with these credentials asks for the status; its exit code is the HTTP status less 200.
class PeerTest : public ApiTest {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    std::filesystem::permissions(directory_.path(), std::filesystem::perms(0755));
    options_.mode = 0666;
    options_.group = "nogroup";
  }

  int status_for(uid_t uid, gid_t gid, const std::vector<gid_t>& groups, const std::string& request) {
    if (!server_) start();
    const pid_t child = fork();
    if (child == 0) _exit(ask_as(uid, gid, groups, request));
    int state = 0;
    while (waitpid(child, &state, WNOHANG) == 0) io_.run_one_for(std::chrono::milliseconds(2));
    return WIFEXITED(state) ? 200 + WEXITSTATUS(state) : -1;
  }

 private:
  int ask_as(uid_t uid, gid_t gid, const std::vector<gid_t>& groups, const std::string& request) const {
    if (setgroups(groups.size(), groups.data()) != 0) return 99;
    if (setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) return 99;
    const int socket = connect_to(options_.socket_path);
    if (socket < 0 || write(socket, request.data(), request.size()) < 0) return 99;
    char reply[13] = "";
    size_t size = 0;
    while (size < 12) {
      const ssize_t got = read(socket, reply + size, 12 - size);
      if (got <= 0) return 99;
      size += static_cast<size_t>(got);
    }
    return std::atoi(reply + 9) - 200;
  }
};

constexpr gid_t kNoGroup = 65534;

TEST_F(PeerTest, OthersAreRefused) {
  EXPECT_EQ(status_for(65534, 12345, {}, http("GET", "/api/v1/status")), 403);
  EXPECT_EQ(status_for(4711, 12345, {1, 2, 3}, http("GET", "/api/v1/status")), 403);
  EXPECT_EQ(status_for(4711, 12345, {}, http("DELETE", "/api/v1/virtual-services/Print_Provider")), 403);
  EXPECT_EQ(control_.revision(), 1);
}

TEST_F(PeerTest, MembersOfTheGroupMayButSeeNoSecrets) {
  EXPECT_EQ(status_for(4711, kNoGroup, {}, http("GET", "/api/v1/status")), 200);
  EXPECT_EQ(status_for(4711, 12345, {1, 2, kNoGroup}, http("GET", "/api/v1/status")), 200);
  EXPECT_EQ(status_for(4711, kNoGroup, {}, http("GET", "/api/v1/configuration?secrets=plain")), 403);
}

TEST_F(PeerTest, TheAuthorIsThePeersName) {
  const auto drain = http("POST", "/api/v1/virtual-services/Print_Provider/real-servers/PS1/drain");
  ASSERT_EQ(status_for(4711, kNoGroup, {}, drain), 200);
  EXPECT_EQ(control_.actions.at(0).author, "uid 4711");
  ASSERT_EQ(status_for(65534, kNoGroup, {}, drain), 200);
  EXPECT_EQ(control_.actions.at(0).author, "nobody");
  ASSERT_EQ(status_for(0, 0, {}, drain), 200);
  EXPECT_EQ(control_.actions.at(0).author, "root");
}

TEST_F(PeerTest, MoreThanSixtyFourGroupsAreRead) {
  std::vector<gid_t> many(200);
  for (size_t i = 0; i < many.size(); ++i) many[i] = static_cast<gid_t>(20'000 + i);
  many.back() = kNoGroup;
  EXPECT_EQ(status_for(4711, 12345, many, http("GET", "/api/v1/status")), 200);
}

}  // namespace
}  // namespace evenkeel::api
