#include "engines/network/announce.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>

namespace evenkeel::engines::network {
namespace {

constexpr int kRepetitions = 3;
constexpr std::chrono::milliseconds kSpacing{250};
constexpr std::array<uint8_t, 6> kEveryone{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
constexpr uint8_t kArpRequest = 1;
constexpr uint8_t kArpReply = 2;
constexpr uint8_t kNeighbourAdvertisement = 136;
constexpr uint8_t kOverride = 0x20;
constexpr uint8_t kTargetLinkLayerAddress = 2;
constexpr uint8_t kIcmpv6 = 58;
constexpr size_t kEthernetSize = 14;
constexpr size_t kIpv6Size = 40;
constexpr size_t kAdvertisementSize = 32;  // with its option

template <class... Parts>
Frame join(const Parts&... parts) {
  Frame frame;
  (frame.insert(frame.end(), parts.begin(), parts.end()), ...);
  return frame;
}

Frame arp_frame(const IpAddress& address, const MacAddress& mac, uint8_t operation) {
  const auto ip = address.ipv4_bytes();
  const std::array<uint8_t, 2> type{0x08, 0x06};
  const std::array<uint8_t, 8> fixed{0, 1, 0x08, 0x00, 6, 4, 0, operation};  // Ethernet, IPv4
  const std::array<uint8_t, 6> target = operation == kArpReply ? kEveryone : std::array<uint8_t, 6>{};
  return join(kEveryone, mac.bytes, type, fixed, mac.bytes, ip, target, ip);
}

// RFC 1071 over the pseudo header and the message.
uint16_t icmpv6_checksum(const Frame& frame) {
  uint32_t sum = kAdvertisementSize + kIcmpv6;
  for (size_t at = kEthernetSize + 8; at < frame.size(); at += 2) {  // from the IPv6 source address on
    sum += static_cast<uint32_t>(frame[at] << 8 | frame[at + 1]);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

Frame advertisement_frame(const IpAddress& address, const MacAddress& mac) {
  const std::array<uint8_t, 6> all_nodes_mac{0x33, 0x33, 0, 0, 0, 1};
  const std::array<uint8_t, 2> type{0x86, 0xdd};
  const std::array<uint8_t, 8> ipv6{0x60, 0, 0, 0, 0, kAdvertisementSize, kIcmpv6, 255};
  const std::array<uint8_t, 16> all_nodes{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  const std::array<uint8_t, 8> advertisement{kNeighbourAdvertisement, 0, 0, 0, kOverride, 0, 0, 0};
  const std::array<uint8_t, 2> option{kTargetLinkLayerAddress, 1};  // 1: of eight bytes
  Frame frame = join(all_nodes_mac, mac.bytes, type, ipv6, address.bytes(), all_nodes, advertisement, address.bytes(),
                     option, mac.bytes);
  const uint16_t checksum = icmpv6_checksum(frame);
  frame[kEthernetSize + kIpv6Size + 2] = static_cast<uint8_t>(checksum >> 8);
  frame[kEthernetSize + kIpv6Size + 3] = static_cast<uint8_t>(checksum & 0xff);
  return frame;
}

}  // namespace

std::vector<Frame> announcement_frames(const IpAddress& address, const MacAddress& mac) {
  if (!address.is_ipv4()) return {advertisement_frame(address, mac)};
  return {arp_frame(address, mac, kArpRequest), arp_frame(address, mac, kArpReply)};
}

Result<std::unique_ptr<Announcer>> Announcer::open(boost::asio::io_context& io) {
  Fd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));  // protocol 0: receives nothing
  if (!socket.is_open()) return fail(system_error("cannot open a packet socket"));
  return std::unique_ptr<Announcer>(new Announcer(io, std::move(socket)));
}

void Announcer::announce(const IpAddress& address, uint32_t link_index, const MacAddress& mac) {
  if (mac.is_zero()) return;  // not Ethernet: there is nobody to tell
  send(address, link_index, mac);
  pending_[{link_index, address}] = {mac, kRepetitions - 1};
  schedule();
}

void Announcer::forget(const IpAddress& address, uint32_t link_index) {
  pending_.erase({link_index, address});
}

void Announcer::send(const IpAddress& address, uint32_t link_index, const MacAddress& mac) {
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(link_index);
  for (const Frame& frame : announcement_frames(address, mac)) {
    to.sll_protocol = htons(address.is_ipv4() ? ETH_P_ARP : ETH_P_IPV6);
    // An announcement that is lost is like one lost on the wire. A link that is down is announced on when it is back.
    (void)::sendto(socket_.get(), frame.data(), frame.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
}

void Announcer::schedule() {
  if (is_scheduled_) return;
  is_scheduled_ = true;
  timer_.expires_after(kSpacing);
  timer_.async_wait([this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
    if (error || alive.expired()) return;
    is_scheduled_ = false;
    send_all_pending();
  });
}

void Announcer::send_all_pending() {
  for (auto& [key, pending] : pending_) {
    send(key.second, key.first, pending.mac);
    --pending.left;
  }
  std::erase_if(pending_, [](const auto& entry) { return entry.second.left <= 0; });
  if (!pending_.empty()) schedule();
}

}  // namespace evenkeel::engines::network
