// A flood of SYNs, as fast as one processor sends them: each from an address and a port that nobody has. Ends with
// SIGTERM, and prints how many were sent, and how many a second.
//
//   bench_syns ADDRESS PORT     IPv4; needs CAP_NET_RAW

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>

#include "base/fd.h"

namespace {

using evenkeel::Fd;

constexpr size_t kBatch = 64;
constexpr uint32_t kNetwork = 0x0B000000, kHosts = 0x00FFFFFF;  // 11.0.0.0/8

std::atomic<bool> ended = false;

struct Syn {
  iphdr ip;
  tcphdr tcp;
};

uint32_t sum_of(const void* data, size_t size) {
  uint32_t sum = 0;
  const auto* const words = static_cast<const uint16_t*>(data);
  for (size_t word = 0; word < size / 2; ++word) sum += words[word];
  return sum;
}

uint16_t folded(uint32_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

class Flood {
 public:
  Flood(in_addr address, uint16_t port) : socket_(::socket(AF_INET, SOCK_RAW, IPPROTO_RAW)) {
    target_.sin_family = AF_INET;
    target_.sin_addr = address;
    for (size_t i = 0; i < kBatch; ++i) {
      packets_[i] = plain_syn(address, port);
      parts_[i] = {.iov_base = &packets_[i], .iov_len = sizeof(Syn)};
      messages_[i].msg_hdr = {.msg_name = &target_,
                              .msg_namelen = sizeof target_,
                              .msg_iov = &parts_[i],
                              .msg_iovlen = 1,
                              .msg_control = nullptr,
                              .msg_controllen = 0,
                              .msg_flags = 0};
    }
  }

  bool is_open() const { return socket_.is_open(); }

  uint64_t send_some() {
    for (Syn& packet : packets_) invent_client(packet);
    const int sent = sendmmsg(socket_.get(), messages_.data(), kBatch, 0);
    return sent > 0 ? static_cast<uint64_t>(sent) : 0;
  }

 private:
  static Syn plain_syn(in_addr address, uint16_t port) {
    Syn packet{};
    packet.ip.version = 4;
    packet.ip.ihl = sizeof(iphdr) / 4;
    packet.ip.tot_len = htons(sizeof(Syn));
    packet.ip.ttl = 64;
    packet.ip.protocol = IPPROTO_TCP;
    packet.ip.daddr = address.s_addr;
    packet.tcp.dest = htons(port);
    packet.tcp.doff = sizeof(tcphdr) / 4;
    packet.tcp.syn = 1;
    packet.tcp.window = htons(64000);
    return packet;
  }

  void invent_client(Syn& packet) {
    const uint64_t random = random_();
    packet.ip.saddr = htonl(kNetwork | (static_cast<uint32_t>(random) & kHosts));
    packet.tcp.source = htons(static_cast<uint16_t>(1024 + (random >> 32) % 60000));
    packet.tcp.seq = static_cast<uint32_t>(random >> 20);
    packet.tcp.check = 0;  // that of the IP header the kernel writes itself
    packet.tcp.check = folded(sum_of(&packet.ip.saddr, 8) + htons(IPPROTO_TCP) + htons(sizeof(tcphdr)) +
                              sum_of(&packet.tcp, sizeof packet.tcp));
  }

  Fd socket_;
  sockaddr_in target_{};
  std::array<Syn, kBatch> packets_{};
  std::array<iovec, kBatch> parts_{};
  std::array<mmsghdr, kBatch> messages_{};
  std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace

int main(int argc, char** argv) {
  in_addr address{};
  if (argc != 3 || inet_pton(AF_INET, argv[1], &address) != 1) {
    fmt::print(stderr, "usage: bench_syns ADDRESS PORT\n");
    return 2;
  }
  std::signal(SIGTERM, [](int) { ended = true; });
  Flood flood(address, static_cast<uint16_t>(std::atoi(argv[2])));
  if (!flood.is_open()) {
    fmt::print(stderr, "bench_syns: no raw socket (needs root)\n");
    return 2;
  }
  const auto start = std::chrono::steady_clock::now();
  uint64_t sent = 0;
  while (!ended) sent += flood.send_some();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  fmt::print("{} {:.0f}\n", sent, static_cast<double>(sent) / seconds.count());
  return 0;
}
