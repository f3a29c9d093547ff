#pragma once
// A route netlink socket. Requests are short round trips: the kernel has answered by the time they are sent.

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "engines/network/message.h"

namespace evenkeel::engines::network {

class NetlinkSocket {
 public:
  using OnChange = std::function<void(const Change&)>;

  // `groups`: RTNLGRP_* to listen to; none for a socket that only asks.
  static Result<NetlinkSocket> open(std::span<const int> groups);
  int fd() const { return fd_.get(); }

  // Carries the requests out in order, many at a time. One errno for each (0: done).
  Result<std::vector<int>> execute(std::span<const Request> requests);
  // How the kernel would send to each of the addresses now; nothing where it would not.
  Result<std::vector<std::optional<Path>>> find_paths(std::span<const IpAddress> addresses);
  // Everything of that RTM_GET* type, of all address families.
  Result<> dump(uint16_t type, const OnChange& on_change);
  // Takes what has arrived without waiting. False: messages were lost (ENOBUFS), what is known may be out of date.
  Result<bool> drain(const OnChange& on_change);

 private:
  explicit NetlinkSocket(Fd fd) : fd_(std::move(fd)) {}
  // An empty span: nothing there within the time given.
  Result<std::span<const std::byte>> receive(int timeout_milliseconds);
  Result<> send(std::span<const std::byte> bytes);
  // What the kernel says to a request before it acknowledges it: which one, and the message.
  using OnAnswer = std::function<void(size_t, const nlmsghdr&)>;
  Result<std::vector<int>> execute(std::span<const Request> requests, const OnAnswer& on_answer);
  Result<> read_answers(uint32_t first_sequence, std::span<int> errors, const OnAnswer& on_answer);
  Result<bool> dump_once(uint16_t type, const OnChange& on_change);

  Fd fd_;
  uint32_t sequence_ = 0;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(65536);
};

}  // namespace evenkeel::engines::network
