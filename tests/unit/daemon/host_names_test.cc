#include "daemon/host_names.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <thread>

#include "base/fd.h"

namespace evenkeel::daemon {
namespace {

// A name server that knows one name for every address, or says nothing at all.
class NameServer {
 public:
  explicit NameServer(bool is_silent) : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    socklen_t size = sizeof address;
    EXPECT_EQ(getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    place_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    if (!is_silent) thread_ = std::thread([this] { serve(); });
  }
  ~NameServer() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }
  const std::string& place() const { return place_; }
  int questions() const { return questions_; }

 private:
  void serve() {
    while (!stopped_) {
      pollfd ready{socket_.get(), POLLIN, 0};
      if (poll(&ready, 1, 20) == 1) answer();
    }
  }
  void answer() {
    std::array<char, 512> bytes;
    sockaddr_in from{};
    socklen_t from_size = sizeof from;
    const ssize_t size =
        recvfrom(socket_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &from_size);
    if (size < 12) return;
    ++questions_;
    std::string packet(bytes.data(), static_cast<size_t>(size));
    packet[2] = '\x81';  // an answer
    packet[3] = '\x80';
    packet[7] = 1;  // of one record
    packet[11] = 0;
    packet.resize(12 + packet.substr(12).find('\0') + 5);  // the question alone
    const std::string name(
        "\x04pc12\x07"
        "example\0",
        14);
    packet += std::string("\xc0\x0c\0\x0c\0\x01\0\0\0\x3c\0", 11) + static_cast<char>(name.size()) + name;
    sendto(socket_.get(), packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&from), from_size);
  }

  Fd socket_;
  std::string place_;
  std::atomic<bool> stopped_ = false;
  std::atomic<int> questions_ = 0;
  std::thread thread_;
};

HostNames::Names find(HostNames& names, std::vector<IpAddress> addresses, std::chrono::milliseconds within) {
  boost::asio::io_context io;
  auto found = boost::asio::co_spawn(io, names.find(std::move(addresses), within), boost::asio::use_future);
  io.run();
  return found.get();
}

const IpAddress kOne = IpAddress::parse("192.0.2.1").value();
const IpAddress kTwo = IpAddress::parse("2001:db8::2").value();

TEST(HostNamesTest, AreAskedForOnceAndRemembered) {
  const SystemClock clock;
  const NameServer server(false);
  HostNames names(clock, {.servers = server.place(), .timeout = std::chrono::seconds(5)});
  const HostNames::Names expected{{kOne, "pc12.example"}, {kTwo, "pc12.example"}};
  EXPECT_EQ(find(names, {kOne, kTwo}, std::chrono::seconds(20)), expected);
  EXPECT_EQ(find(names, {kOne, kTwo}, std::chrono::milliseconds(0)), expected) << "known ones cost no time";
  EXPECT_EQ(server.questions(), 2);
}

TEST(HostNamesTest, ASilentServerCostsNoMoreThanTheTimeGiven) {
  const SystemClock clock;
  const NameServer server(true);
  HostNames names(clock, {.servers = server.place(), .timeout = std::chrono::minutes(5)});
  std::vector<IpAddress> many;
  for (uint8_t i = 0; i < 200; ++i) many.push_back(IpAddress::from_ipv4({192, 0, 2, i}));
  EXPECT_TRUE(find(names, many, std::chrono::milliseconds(50)).empty()) << "or this waits for five minutes";
  EXPECT_TRUE(find(names, many, std::chrono::minutes(5)).empty()) << "nor is anybody asked again at once";
}

}  // namespace
}  // namespace evenkeel::daemon
