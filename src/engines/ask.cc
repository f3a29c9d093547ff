#include "engines/ask.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace evenkeel::engines {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

constexpr size_t kLongestAnswer = size_t{64} << 20;
constexpr size_t kLongestLine = size_t{16} << 10;
constexpr size_t kPart = size_t{64} << 10;
constexpr std::chrono::seconds kLongestSilence{5};

Result<> wait_for(const Fd& socket, short event, Deadline deadline) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waited{socket.get(), event, 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(std::max<int64_t>(0, left.count())));
    if (ready > 0) return {};
    if (ready == 0) return fail(ErrorCode::kTimeout, "nobody answers within the time");
    if (errno != EINTR) return fail(system_error("cannot wait for an answer"));
  }
}

Result<Fd> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail(ErrorCode::kInvalidArgument, "the path is too long", path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) return fail(system_error("cannot make a socket"));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    Error error = system_error("nobody listens", path);
    error.code = ErrorCode::kUnavailable;
    return fail(std::move(error));
  }
  return socket;
}

Result<> send_all(const Fd& socket, std::string_view text, Deadline deadline) {
  while (!text.empty()) {
    if (auto ready = wait_for(socket, POLLOUT, deadline); !ready) return ready;
    const ssize_t sent = ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (sent < 0) return fail(system_error("cannot ask"));
    text.remove_prefix(static_cast<size_t>(sent));
  }
  return {};
}

Result<std::string> receive_all(const Fd& socket, Deadline deadline) {
  std::string answer;
  std::string part(kPart, '\0');
  for (;;) {
    if (auto ready = wait_for(socket, POLLIN, deadline); !ready) return fail(ready.error());
    const ssize_t received = ::recv(socket.get(), part.data(), part.size(), 0);
    if (received == 0) return answer;
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (received < 0) return fail(ErrorCode::kUnavailable, "the connection was closed");
    answer.append(part, 0, static_cast<size_t>(received));
    if (answer.size() > kLongestAnswer) return fail(ErrorCode::kResourceExhausted, "the answer is too long");
  }
}

// The question alone.
Result<Fd> pose(const std::string& socket_path, std::string_view command, Deadline deadline) {
  auto socket = connect_to(socket_path);
  if (!socket) return socket;
  if (auto sent = send_all(*socket, std::string(command) + "\n", deadline); !sent) return fail(sent.error());
  ::shutdown(socket->get(), SHUT_WR);
  return socket;
}

}  // namespace

Result<std::string> ask(const std::string& socket_path, std::string_view command, std::chrono::milliseconds within) {
  const Deadline deadline = std::chrono::steady_clock::now() + within;
  const auto socket = pose(socket_path, command, deadline);
  if (!socket) return fail(socket.error());
  return receive_all(*socket, deadline);
}

Result<LineStream> LineStream::open(const std::string& socket_path, std::string_view command) {
  auto socket = pose(socket_path, command, std::chrono::steady_clock::now() + kLongestSilence);
  if (!socket) return fail(socket.error());
  return LineStream(std::move(*socket));
}

Result<std::optional<std::string_view>> LineStream::next() {
  for (;;) {
    const auto rest = std::string_view(received_).substr(taken_);
    const size_t end = rest.find('\n');
    if (end != std::string_view::npos || has_ended_ || rest.size() > kLongestLine + kPart) {
      if (rest.empty()) return std::nullopt;
      const auto line = rest.substr(0, end);
      taken_ += std::min(line.size() + 1, rest.size());
      return line.substr(0, kLongestLine);
    }
    const auto more = receive();
    if (!more) return fail(more.error());
    has_ended_ = !*more;
  }
}

Result<bool> LineStream::receive() {
  received_.erase(0, std::exchange(taken_, 0));
  const size_t before = received_.size();
  const Deadline deadline = std::chrono::steady_clock::now() + kLongestSilence;
  for (;;) {
    if (auto ready = wait_for(socket_, POLLIN, deadline); !ready) return fail(ready.error());
    received_.resize(before + kPart);
    const ssize_t count = ::recv(socket_.get(), received_.data() + before, kPart, 0);
    received_.resize(before + static_cast<size_t>(std::max<ssize_t>(count, 0)));
    if (count >= 0) return count > 0;
    if (errno != EAGAIN && errno != EINTR) return fail(ErrorCode::kUnavailable, "it closed the connection");
  }
}

}  // namespace evenkeel::engines
