#include "engines/network/netlink.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace evenkeel::engines::network {
namespace {

constexpr size_t kRequestsAtOnce = 64;   // their answers fit into the socket's buffer
constexpr int kReceiveBuffer = 4 << 20;  // bytes: a thousand addresses make a few thousand events
constexpr int kAnswerTimeout = 2000;     // milliseconds; the kernel answers at once
constexpr int kDumpAttempts = 5;         // the kernel says when a dump was overtaken by changes

int error_of(const nlmsghdr& message) {
  nlmsgerr error{};
  if (message.nlmsg_len < NLMSG_HDRLEN + sizeof error.error) return EBADMSG;
  std::memcpy(&error.error, reinterpret_cast<const std::byte*>(&message) + NLMSG_HDRLEN, sizeof error.error);
  return -error.error;
}

template <class Visit>
void for_each_message(std::span<const std::byte> bytes, Visit visit) {
  while (const nlmsghdr* message = first_message(bytes)) {
    visit(*message);
    bytes = after_message(bytes, *message);
  }
}

}  // namespace

Result<NetlinkSocket> NetlinkSocket::open(std::span<const int> groups) {
  Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  if (!fd.is_open()) return fail(system_error("cannot open a netlink socket"));
  const int on = 1;
  // Both are improvements only: without, lost events cost a full dump, and answers carry more than is looked at.
  (void)::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer);
  (void)::setsockopt(fd.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  const sockaddr_nl local{.nl_family = AF_NETLINK, .nl_pad = 0, .nl_pid = 0, .nl_groups = 0};
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
    return fail(system_error("cannot bind a netlink socket"));
  }
  for (const int group : groups) {
    if (::setsockopt(fd.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0) {
      return fail(system_error("cannot listen to the kernel's network events"));
    }
  }
  return NetlinkSocket(std::move(fd));
}

Result<std::vector<int>> NetlinkSocket::execute(std::span<const Request> requests) {
  return execute(requests, [](size_t, const nlmsghdr&) {});
}

Result<std::vector<std::optional<Path>>> NetlinkSocket::find_paths(std::span<const IpAddress> addresses) {
  std::vector<Request> requests;
  requests.reserve(addresses.size());
  for (const IpAddress& address : addresses) requests.push_back(path_request(address));
  std::vector<std::optional<Path>> paths(addresses.size());
  auto asked = execute(requests, [&](size_t which, const nlmsghdr& message) { paths[which] = parse_path(message); });
  if (!asked) return fail(asked.error());
  return paths;
}

Result<std::vector<int>> NetlinkSocket::execute(std::span<const Request> requests, const OnAnswer& on_answer) {
  std::vector<int> errors(requests.size(), ETIMEDOUT);
  std::vector<std::byte> batch;
  for (size_t start = 0; start < requests.size(); start += kRequestsAtOnce) {
    const size_t count = std::min(kRequestsAtOnce, requests.size() - start);
    const uint32_t first_sequence = sequence_ + 1;
    batch.clear();
    for (Request request : requests.subspan(start, count)) {
      request.header()->nlmsg_seq = ++sequence_;
      const auto bytes = request.bytes();
      batch.insert(batch.end(), bytes.begin(), bytes.end());
    }
    if (auto sent = send(batch); !sent) return fail(sent.error());
    auto read = read_answers(first_sequence, std::span(errors).subspan(start, count),
                             [&](size_t which, const nlmsghdr& message) { on_answer(start + which, message); });
    if (!read) return fail(read.error());
  }
  return errors;
}

Result<> NetlinkSocket::read_answers(uint32_t first_sequence, std::span<int> errors, const OnAnswer& on_answer) {
  size_t left = errors.size();
  while (left > 0) {
    auto bytes = receive(kAnswerTimeout);
    if (!bytes) return fail(bytes.error());
    if (bytes->empty()) return fail(ErrorCode::kTimeout, "the kernel did not answer a netlink request");
    for_each_message(*bytes, [&](const nlmsghdr& message) {
      const uint32_t which = message.nlmsg_seq - first_sequence;
      if (which >= errors.size()) return;  // of an earlier, abandoned request
      if (message.nlmsg_type != NLMSG_ERROR) {
        on_answer(which, message);
        return;
      }
      errors[which] = error_of(message);
      --left;
    });
  }
  return {};
}

Result<> NetlinkSocket::dump(uint16_t type, const OnChange& on_change) {
  for (int attempt = 1;; ++attempt) {
    auto consistent = dump_once(type, on_change);
    if (!consistent) return fail(consistent.error());
    // What changed during the dump also comes as events, so an inconsistent one is completed by them.
    if (*consistent || attempt == kDumpAttempts) return {};
  }
}

Result<bool> NetlinkSocket::dump_once(uint16_t type, const OnChange& on_change) {
  Request request(type, NLM_F_DUMP);
  // Each type has a fixed part of its own, all beginning with the family; zeros ask for all families.
  mnl_nlmsg_put_extra_header(request.header(), sizeof(ifinfomsg));
  request.header()->nlmsg_seq = ++sequence_;
  if (auto sent = send(request.bytes()); !sent) return fail(sent.error());
  bool done = false;
  bool consistent = true;
  int error = 0;
  while (!done) {
    auto bytes = receive(kAnswerTimeout);
    if (!bytes) return fail(bytes.error());
    if (bytes->empty()) return fail(ErrorCode::kTimeout, "the kernel did not finish a netlink dump");
    for_each_message(*bytes, [&](const nlmsghdr& message) {
      if (message.nlmsg_seq != sequence_) return;
      if ((message.nlmsg_flags & NLM_F_DUMP_INTR) != 0) consistent = false;
      if (message.nlmsg_type == NLMSG_ERROR) error = error_of(message);
      if (message.nlmsg_type == NLMSG_ERROR || message.nlmsg_type == NLMSG_DONE) done = true;
      if (auto change = parse_change(message)) on_change(*change);
    });
  }
  if (error != 0) return fail(system_error(error, "the kernel refused a netlink dump"));
  return consistent;
}

Result<bool> NetlinkSocket::drain(const OnChange& on_change) {
  bool complete = true;
  while (true) {
    auto bytes = receive(0);
    if (!bytes && bytes.error().system_errno != ENOBUFS) return fail(bytes.error());
    if (!bytes) {
      complete = false;
      continue;
    }
    if (bytes->empty()) return complete;
    for_each_message(*bytes, [&](const nlmsghdr& message) {
      if (auto change = parse_change(message)) on_change(*change);
    });
  }
}

Result<std::span<const std::byte>> NetlinkSocket::receive(int timeout_milliseconds) {
  while (true) {
    const ssize_t size = ::recv(fd_.get(), buffer_.data(), buffer_.size(), 0);
    if (size >= 0) return std::span<const std::byte>(buffer_).first(static_cast<size_t>(size));
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return fail(system_error("cannot read from a netlink socket"));
    pollfd ready{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    if (timeout_milliseconds == 0 || ::poll(&ready, 1, timeout_milliseconds) <= 0) return std::span<const std::byte>();
  }
}

Result<> NetlinkSocket::send(std::span<const std::byte> bytes) {
  sockaddr_nl kernel{.nl_family = AF_NETLINK, .nl_pad = 0, .nl_pid = 0, .nl_groups = 0};
  const ssize_t sent =
      ::sendto(fd_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
  if (sent != static_cast<ssize_t>(bytes.size())) return fail(system_error("cannot send a netlink request"));
  return {};
}

}  // namespace evenkeel::engines::network
