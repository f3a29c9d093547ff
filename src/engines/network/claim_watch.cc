#include "engines/network/claim_watch.h"

#include <ifaddrs.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <map>
#include <optional>

#include "base/packet_socket.h"

namespace evenkeel::engines::network {
namespace {

using Descriptor = boost::asio::posix::stream_descriptor;

constexpr int kFramesPerTurn = 64;
constexpr std::chrono::milliseconds kSmallestGap{10};

// From the IPv6 header on: neighbour advertisements only.
std::array<sock_filter, 6> advertisements() {
  return {{
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 3),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 40),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 136, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
}

std::optional<MacAddress> mac_of(int socket, const std::string& interface) {
  ifreq request{};
  interface.copy(request.ifr_name, sizeof request.ifr_name - 1);
  if (::ioctl(socket, SIOCGIFHWADDR, &request) != 0) return std::nullopt;
  MacAddress mac;
  std::copy_n(std::begin(request.ifr_hwaddr.sa_data), mac.bytes.size(), mac.bytes.begin());
  return mac;
}

// The one that is always there.
std::optional<IpAddress> link_local_of(const std::string& interface) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return std::nullopt;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET6 || interface != entry->ifa_name) continue;
    std::array<uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr)->sin6_addr, bytes.size());
    const IpAddress address = IpAddress::from_ipv6(bytes);
    if (address.is_link_local()) return address;
  }
  return std::nullopt;
}

}  // namespace

class ClaimWatch::Impl : public std::enable_shared_from_this<ClaimWatch::Impl> {
 public:
  Impl(boost::asio::io_context& io, std::chrono::milliseconds interval, OnClaim on_claim, Fd arp, Fd ipv6, Fd sender)
      : interval_(interval),
        on_claim_(std::move(on_claim)),
        arp_(io, arp.release()),
        ipv6_(io, ipv6.release()),
        sender_(std::move(sender)),
        timer_(io) {}

  void start() {
    wait(arp_);
    wait(ipv6_);
  }
  void close() {
    on_claim_ = nullptr;
    boost::system::error_code ignored;
    arp_.close(ignored);
    ipv6_.close(ignored);
    timer_.cancel();
  }
  void watch(std::vector<Place> places) {
    std::ranges::sort(places);
    if (places == places_) return;
    places_ = std::move(places);
    next_ = 0;
    arm();
  }
  void ask(const IpAddress& address) {
    for (const Place& place : places_) {
      if (place.address == address) ask(place);
    }
  }

 private:
  void ask(const Place& place);
  void arm();
  void wait(Descriptor& socket);
  void receive_some(Descriptor& socket);
  void hear(const Claim& claim);

  std::chrono::milliseconds interval_;
  OnClaim on_claim_;
  Descriptor arp_;
  Descriptor ipv6_;
  Fd sender_;
  boost::asio::steady_timer timer_;
  std::vector<Place> places_;
  size_t next_ = 0;
};

void ClaimWatch::Impl::ask(const Place& place) {
  const auto mac = mac_of(sender_.get(), place.interface);
  if (!mac || mac->is_zero()) return;
  Frame frame;
  if (place.address.is_ipv4()) {
    frame = who_has_frame(place.address, *mac);
  } else if (const auto source = link_local_of(place.interface)) {
    frame = who_has_frame(place.address, *mac, *source);
  } else {
    return;
  }
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(place.address.is_ipv4() ? ETH_P_ARP : ETH_P_IPV6);
  to.sll_ifindex = static_cast<int>(::if_nametoindex(place.interface.c_str()));
  // A question that is lost is asked again at the next turn.
  (void)::sendto(sender_.get(), frame.data(), frame.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

void ClaimWatch::Impl::arm() {
  timer_.cancel();
  if (places_.empty()) return;
  const auto gap = interval_ / static_cast<int64_t>(places_.size());
  timer_.expires_after(std::max<std::chrono::milliseconds>(gap, kSmallestGap));
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->places_.empty()) return;
    self->ask(self->places_[self->next_++ % self->places_.size()]);
    self->arm();
  });
}

void ClaimWatch::Impl::wait(Descriptor& socket) {
  socket.async_wait(Descriptor::wait_read,
                    [self = shared_from_this(), &socket](const boost::system::error_code& error) {
                      if (error || !self->on_claim_) return;
                      self->receive_some(socket);
                      if (self->on_claim_) self->wait(socket);
                    });
}

void ClaimWatch::Impl::receive_some(Descriptor& socket) {
  std::array<uint8_t, 512> buffer{};
  for (int i = 0; i < kFramesPerTurn && on_claim_; ++i) {
    sockaddr_ll from{};
    socklen_t size = sizeof from;
    const ssize_t got = ::recvfrom(socket.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT,
                                   reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) return;
    if (from.sll_pkttype == PACKET_OUTGOING) continue;
    MacAddress mac;
    std::copy_n(std::begin(from.sll_addr), mac.bytes.size(), mac.bytes.begin());
    const auto bytes = std::span<const uint8_t>(buffer).first(static_cast<size_t>(got));
    const auto claim = &socket == &arp_ ? parse_arp_claim(bytes) : parse_advertisement_claim(bytes, mac);
    if (claim) hear(*claim);
  }
}

// Of watched addresses, and not from ourselves: a bridge may bring our own words back.
void ClaimWatch::Impl::hear(const Claim& claim) {
  const auto place = std::ranges::find(places_, claim.address, &Place::address);
  if (place == places_.end() || mac_of(sender_.get(), place->interface) == claim.mac) return;
  const OnClaim on_claim = on_claim_;  // what it does may close this
  on_claim(claim);
}

ClaimWatch::ClaimWatch(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->start();
}
ClaimWatch::~ClaimWatch() {
  impl_->close();
}

Result<std::unique_ptr<ClaimWatch>> ClaimWatch::open(boost::asio::io_context& io, std::chrono::milliseconds interval,
                                                     OnClaim on_claim) {
  auto arp = open_packet_socket(SOCK_DGRAM, ETH_P_ARP);
  if (!arp) return fail(arp.error());
  auto filter = advertisements();
  auto ipv6 = open_packet_socket(SOCK_DGRAM, ETH_P_IPV6, filter);
  if (!ipv6) return fail(ipv6.error());
  auto sender = open_packet_socket(SOCK_RAW, 0);
  if (!sender) return fail(sender.error());
  return std::unique_ptr<ClaimWatch>(new ClaimWatch(std::make_shared<Impl>(
      io, interval, std::move(on_claim), std::move(*arp), std::move(*ipv6), std::move(*sender))));
}

void ClaimWatch::watch(std::vector<Place> places) {
  impl_->watch(std::move(places));
}
void ClaimWatch::ask(const IpAddress& address) {
  impl_->ask(address);
}

}  // namespace evenkeel::engines::network
