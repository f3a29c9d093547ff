#include "engines/l7_haproxy/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "engines/l7_haproxy/log_line.h"

namespace evenkeel::engines::l7_haproxy {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kHttp =
    R"(10.77.0.10:56438 [26/Nov/2026:07:13:00.133] Web Web/RS1 0/0/0/1/2002 200 116 - - ---- 1/1/0/0/0 0/0 "GET /a HTTP/1.1")";
constexpr const char* kTcp = "10.77.0.11:60008 [26/Nov/2026:07:13:03.001] Tcp Tcp/<NOSRV> 1/-1/3008 0 SC 1/1/0/0/3 0/0";

TEST(LogLine, OfARequest) {
  const auto entry = parse_log_line(kHttp);
  EXPECT_EQ(entry.client->to_string(), "10.77.0.10:56438");
  EXPECT_EQ(entry.virtual_service, "Web");
  EXPECT_EQ(entry.real_server, "RS1");
  EXPECT_EQ(entry.status, 200);
  EXPECT_EQ(entry.bytes, 116U);
  EXPECT_EQ(entry.total, std::chrono::milliseconds(2002));
  EXPECT_EQ(entry.ended, "--");
  EXPECT_EQ(entry.request, "GET /a HTTP/1.1");
}

TEST(LogLine, OfAConnection) {
  const auto entry = parse_log_line(kTcp);
  EXPECT_EQ(entry.virtual_service, "Tcp");
  EXPECT_EQ(entry.real_server, "");
  EXPECT_EQ(entry.status, std::nullopt);
  EXPECT_EQ(entry.ended, "SC");
  EXPECT_EQ(entry.total, std::chrono::milliseconds(3008));
}

TEST(LogLine, OfSomethingElse) {
  for (const char* text : {"", "Proxy Web started.", "10.0.0.1:1 [x] a", "10.0.0.1:1 [x] a b/c 1 \"", "\"", "a \" b"}) {
    const auto entry = parse_log_line(text);
    EXPECT_EQ(entry.line, text);
  }
}

TEST(LogLine, IsReadable) {
  EXPECT_EQ(readable_line("<134>Nov 26 07:13:00 haproxy[5194]: Proxy Web started.\n"), "Proxy Web started.");
  EXPECT_EQ(readable_line("a\x1b[31mb\xff"), "a?[31mb?");
  EXPECT_EQ(readable_line(std::string(100000, 'a')).size(), 4096U);
}

TEST(LogLine, HasNoSecrets) {
  for (const char* secret :
       {"GET /a?key=sesame&x=1 HTTP/1.1", "GET /a?Authorization=sesame HTTP/1.1", "GET /a?x=1&token=sesame HTTP/1.1",
        "{Authorization: Basic sesame}", "password=sesame", "{Cookie: sid=sesame}"}) {
    EXPECT_THAT(readable_line(secret), Not(HasSubstr("sesame"))) << secret;
  }
}

TEST(LogMemory, GivesTheNewestThatFit) {
  LogMemory memory(3);
  for (int i = 0; i < 4; ++i) memory.add({}, i % 2 == 0 ? kHttp : kTcp);  // ids 1 to 4; 1 is forgotten
  EXPECT_EQ(memory.after(0, {}, 10).entries.size(), 3U);
  EXPECT_EQ(memory.after(0, {}, 2).entries.front().id, 3U);
  EXPECT_EQ(memory.after(3, {}, 10).entries.front().id, 4U);
  EXPECT_EQ(memory.after(0, {.virtual_service = "Web"}, 10).entries.front().id, 3U);
  EXPECT_EQ(memory.after(0, {.status_from = 500, .status_to = 599}, 10).entries.size(), 0U);
  EXPECT_EQ(memory.after(0, {.client = *IpPrefix::parse("10.77.0.11")}, 10).entries.size(), 2U);
  EXPECT_EQ(memory.after(0, {}, 10).last_id, 4U);
}

class LogReceiverTest : public testing::Test {
 protected:
  LogReceiverTest() { std::filesystem::create_directories(directory_); }
  ~LogReceiverTest() override { std::filesystem::remove_all(directory_); }

  void send(std::string_view text) const {
    const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, paths_.log_socket().c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(::sendto(socket.get(), text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                       sizeof address),
              static_cast<ssize_t>(text.size()));
  }

  const std::string directory_ = testing::TempDir() + "log" + std::to_string(::getpid());
  const Paths paths_{.directory = directory_ + "/run"};
};

TEST_F(LogReceiverTest, KeepsWhatItHearsInMemoryAndInAFile) {
  const std::string file = directory_ + "/log/haproxy.log";
  {
    LogReceiver receiver(paths_, file);
    ASSERT_TRUE(receiver.listen());
    send(std::string("<134>Nov 26 07:13:00 haproxy[5194]: ") + kTcp + "\n");
    for (int i = 0; i < 500 && receiver.memory().last_id() == 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(receiver.memory().after(0, {}, 1).entries.at(0).line, kTcp);
  }
  std::string written;
  std::getline(std::ifstream(file), written);
  EXPECT_THAT(written, HasSubstr(kTcp));
}

TEST_F(LogReceiverTest, GoesOnWithoutAFile) {
  std::ofstream(directory_ + "/log") << "in the way";
  LogReceiver receiver(paths_, directory_ + "/log/haproxy.log");
  ASSERT_TRUE(receiver.listen());
  send("Proxy Web started.");
  for (int i = 0; i < 500 && receiver.memory().last_id() == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(receiver.memory().last_id(), 1U);
}

}  // namespace
}  // namespace evenkeel::engines::l7_haproxy
