// What TCP checks cost the kernel, and nothing else: connects to as many addresses a second as evenkeeld would, leaves
// each connection with FIN, and prints the processor time of each. What evenkeeld needs beyond it is its own.
//
//   bench_connects RATE SECONDS     to port 7000 of 10.81.100.1 to 10.81.199.100, one after the other

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <thread>
#include <vector>

#include "base/fd.h"

namespace {

using evenkeel::Fd;
using Clockwork = std::chrono::steady_clock;

constexpr uint16_t kPort = 7000;
constexpr auto kTurn = std::chrono::milliseconds(5);
constexpr int kTurnsOfAFarewell = 4;

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

sockaddr_in server(uint64_t number) {
  constexpr uint32_t kFirst = 0x0A516401;  // 10.81.100.1
  const auto service = static_cast<uint32_t>(number / 100 % 100), one = static_cast<uint32_t>(number % 100);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(kPort);
  address.sin_addr.s_addr = htonl(kFirst + (service << 8) + one);
  return address;
}

class Connects {
 public:
  void begin() {
    const sockaddr_in address = server(begun_++);
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(socket.get(), generic, sizeof address) != 0 && errno != EINPROGRESS) return;
    epoll_event wanted{};
    wanted.events = EPOLLOUT | EPOLLONESHOT;
    wanted.data.fd = socket.get();
    ::epoll_ctl(events_.get(), EPOLL_CTL_ADD, socket.release(), &wanted);
  }

  void take_answers() {
    std::array<epoll_event, 64> events;
    const int count = ::epoll_wait(events_.get(), events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<size_t>(i)];
      Fd socket(event.data.fd);
      if ((event.events & EPOLLERR) != 0) continue;
      ++made_;
      ::shutdown(socket.get(), SHUT_WR);
      leaving_.push_back(std::move(socket));
    }
    if (count == static_cast<int>(events.size())) take_answers();
  }

  void take_farewells() {
    std::array<char, 64> scratch;
    std::erase_if(leaving_, [&](const Fd& socket) {
      return ::recv(socket.get(), scratch.data(), scratch.size(), MSG_DONTWAIT) >= 0 || errno != EAGAIN;
    });
  }

  uint64_t begun() const { return begun_; }
  uint64_t made() const { return made_; }

 private:
  Fd events_{::epoll_create1(EPOLL_CLOEXEC)};
  std::vector<Fd> leaving_;
  uint64_t begun_ = 0, made_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "bench_connects RATE SECONDS\n");
    return EXIT_FAILURE;
  }
  const double rate = std::atof(argv[1]), seconds = std::atof(argv[2]);
  Connects connects;
  const auto start = Clockwork::now();
  for (int turn = 0;; ++turn) {
    const std::chrono::duration<double> elapsed = Clockwork::now() - start;
    if (elapsed.count() >= seconds) break;
    while (static_cast<double>(connects.begun()) < elapsed.count() * rate) connects.begin();
    connects.take_answers();
    if (turn % kTurnsOfAFarewell == 0) connects.take_farewells();
    std::this_thread::sleep_until(start + (turn + 1) * kTurn);
  }
  if (connects.made() == 0) return EXIT_FAILURE;
  fmt::print("{}\n", processor_seconds() * 1e6 / static_cast<double>(connects.made()));
  return EXIT_SUCCESS;
}
