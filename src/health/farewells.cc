#include "health/farewells.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

namespace evenkeel::health {
namespace {

constexpr auto kRound = std::chrono::milliseconds(20);
constexpr auto kLongest = std::chrono::milliseconds(500);
constexpr size_t kMostBytes = size_t{256} * 1024;

// Our FIN included.
bool has_seen_all(int socket) {
  int unacknowledged = 0;
  return ::ioctl(socket, SIOCOUTQ, &unacknowledged) == 0 && unacknowledged == 0;
}

}  // namespace

Farewells::Farewells(boost::asio::execution_context& context)
    : service(context), timer_(static_cast<boost::asio::io_context&>(context)) {}

void Farewells::add(Fd socket, Heir heir) {
  if (::shutdown(socket.get(), SHUT_WR) != 0) return;
  leaving_.push_back({std::move(socket), Clockwork::now() + kLongest, std::move(heir)});
  if (leaving_.size() == 1) arm();
}

void Farewells::arm() {
  timer_.expires_after(kRound);
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (cancelled) return;
    const auto now = Clockwork::now();
    std::erase_if(leaving_, [now](Leaving& leaving) { return is_over(leaving, now); });
    if (!leaving_.empty()) arm();
  });
}

// Reads and forgets what is there. Also true of one that sends without end.
bool Farewells::is_over(Leaving& leaving, Clockwork::time_point now) {
  std::array<char, 4096> scratch;
  while (leaving.received < kMostBytes) {
    const ssize_t size = ::recv(leaving.socket.get(), scratch.data(), scratch.size(), MSG_DONTWAIT);
    if (size == 0 && leaving.heir.sockets) {
      if (!has_seen_all(leaving.socket.get())) return now >= leaving.until;
      leaving.heir.sockets->put(std::move(leaving.socket), leaving.heir.family);
    }
    if (size == 0) return true;
    if (size < 0) return (errno != EAGAIN && errno != EINTR) || now >= leaving.until;
    leaving.received += static_cast<size_t>(size);
  }
  return true;
}

}  // namespace evenkeel::health
