#pragma once
// Telling the neighbours where a virtual address lives: gratuitous ARP (request and reply form: some listen to one
// only) and unsolicited neighbour advertisements, each several times, because nobody acknowledges them.

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/fd.h"
#include "base/ip_address.h"
#include "base/result.h"

namespace evenkeel::engines::network {

using Frame = std::vector<uint8_t>;

// Complete Ethernet frames that say "address is at mac": two for IPv4, one for IPv6.
std::vector<Frame> announcement_frames(const IpAddress& address, const MacAddress& mac);

// Sends the first announcement at once and the others from timers. Lives on the control loop.
class Announcer {
 public:
  static Result<std::unique_ptr<Announcer>> open(boost::asio::io_context& io);

  // Several for the same address and link: the last one counts.
  void announce(const IpAddress& address, uint32_t link_index, const MacAddress& mac);
  // The address is no longer ours there.
  void forget(const IpAddress& address, uint32_t link_index);

 private:
  Announcer(boost::asio::io_context& io, Fd socket) : timer_(io), socket_(std::move(socket)) {}
  struct Pending {
    MacAddress mac;
    int left = 0;
  };
  void send(const IpAddress& address, uint32_t link_index, const MacAddress& mac);
  void schedule();
  void send_all_pending();

  boost::asio::steady_timer timer_;
  Fd socket_;
  bool is_scheduled_ = false;
  std::map<std::pair<uint32_t, IpAddress>, Pending> pending_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // a timer that has fired cannot be called back
};

}  // namespace evenkeel::engines::network
