#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <random>

#include "base/packet_socket.h"
#include "health/path_wire.h"

namespace evenkeel::health {
namespace {

namespace asio = boost::asio;

constexpr int kPacketsPerTurn = 64;  // the control loop has other work
constexpr uint32_t kBlockMask = 0xff00;
constexpr uint32_t kWhole = 0xffff;

// Offsets are from the IP header on. Fragments other than the first have no ports.
std::array<sock_filter, 14> ipv4_filter(uint16_t block) {
  return {{
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 11, 0),
      BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMP, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, kBlockMask),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, block, 2, 3),
      BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 3, 0, 1),  // destination unreachable
      BPF_STMT(BPF_RET | BPF_K, kWhole),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
}

std::array<sock_filter, 12> ipv6_filter(uint16_t block) {
  return {{
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 7),
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 42),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, kBlockMask),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, block, 3, 4),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 40),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 1, 0),  // destination unreachable
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4, 0, 1),  // parameter problem
      BPF_STMT(BPF_RET | BPF_K, kWhole),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
}

class PacketWire final : public PathWire, public std::enable_shared_from_this<PacketWire> {
 public:
  PacketWire(asio::io_context& io, OnPacket on_packet, Fd ipv4, Fd ipv6)
      : on_packet_(std::move(on_packet)), ipv4_(io, ipv4.release()), ipv6_(io, ipv6.release()) {}

  void start() {
    wait(ipv4_);
    wait(ipv6_);
  }
  void close() {
    on_packet_ = nullptr;
    boost::system::error_code ignored;
    ipv4_.close(ignored);
    ipv6_.close(ignored);
  }

  Result<> send(const PathWay& way, const Packet& packet) override {
    const bool is_ipv4 = packet.at(0) >> 4 == 4;
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_protocol = htons(is_ipv4 ? ETH_P_IP : ETH_P_IPV6);
    to.sll_ifindex = static_cast<int>(::if_nametoindex(way.interface.c_str()));
    to.sll_halen = static_cast<unsigned char>(way.mac.bytes.size());
    std::ranges::copy(way.mac.bytes, std::begin(to.sll_addr));
    auto& socket = is_ipv4 ? ipv4_ : ipv6_;
    const auto sent = ::sendto(socket.native_handle(), packet.data(), packet.size(), 0,
                               reinterpret_cast<const sockaddr*>(&to), sizeof to);
    if (sent < 0) return fail(system_error("cannot send through " + way.interface));
    return {};
  }

 private:
  using Descriptor = asio::posix::stream_descriptor;

  void wait(Descriptor& socket) {
    socket.async_wait(Descriptor::wait_read,
                      [self = shared_from_this(), &socket](const boost::system::error_code& error) {
                        if (error || !self->on_packet_) return;
                        self->receive_some(socket);
                        if (self->on_packet_) self->wait(socket);
                      });
  }

  void receive_some(Descriptor& socket) {
    std::array<uint8_t, 2048> buffer{};
    const OnPacket on_packet = on_packet_;  // what it does may close this
    for (int i = 0; i < kPacketsPerTurn && on_packet_; ++i) {
      sockaddr_ll from{};
      socklen_t size = sizeof from;
      const ssize_t got = ::recvfrom(socket.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT,
                                     reinterpret_cast<sockaddr*>(&from), &size);
      if (got < 0) return;
      // Our own packets, and those to others that a capture in promiscuous mode lets us see, are no answers.
      if (from.sll_pkttype != PACKET_HOST) continue;
      MacAddress mac;
      std::copy_n(std::begin(from.sll_addr), mac.bytes.size(), mac.bytes.begin());
      on_packet(std::span(buffer).first(static_cast<size_t>(got)), mac);
    }
  }

  OnPacket on_packet_;
  Descriptor ipv4_;
  Descriptor ipv6_;
};

// Handlers that wait hold the sockets' owner: this closes them.
class OwnedWire final : public PathWire {
 public:
  explicit OwnedWire(std::shared_ptr<PacketWire> wire) : wire_(std::move(wire)) { wire_->start(); }
  ~OwnedWire() override { wire_->close(); }
  Result<> send(const PathWay& way, const Packet& packet) override { return wire_->send(way, packet); }

 private:
  std::shared_ptr<PacketWire> wire_;
};

}  // namespace

uint16_t random_port_block() {
  constexpr unsigned kFirst = 0xef00;  // 61184; Linux hands out 32768 to 60999
  constexpr unsigned kBlocks = 16;
  std::random_device random;
  return static_cast<uint16_t>(kFirst + (random() % kBlocks) * kPortsInBlock);
}

Result<std::unique_ptr<PathWire>> open_packet_wire(asio::io_context& io, uint16_t block, PathWire::OnPacket on_packet) {
  auto ipv4_packets = ipv4_filter(block);
  auto ipv6_packets = ipv6_filter(block);
  auto ipv4 = open_packet_socket(SOCK_DGRAM, ETH_P_IP, ipv4_packets);
  if (!ipv4) return fail(ipv4.error());
  auto ipv6 = open_packet_socket(SOCK_DGRAM, ETH_P_IPV6, ipv6_packets);
  if (!ipv6) return fail(ipv6.error());
  return std::make_unique<OwnedWire>(
      std::make_shared<PacketWire>(io, std::move(on_packet), std::move(*ipv4), std::move(*ipv6)));
}

}  // namespace evenkeel::health
