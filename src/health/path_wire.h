#pragma once
// How a path check's packets leave and how what comes back is seen. Lives on the control loop.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/ip_address.h"
#include "base/result.h"
#include "health/path_packet.h"

namespace evenkeel::health {

// How the load balancer reaches a real server: the same next hop that the data plane sends clients' packets to.
struct PathWay {
  std::string interface;   // as the administrator knows it ("eth0.20")
  MacAddress mac;          // of the real server, or of the router on the way
  IpAddress source;        // an address of the load balancer's own on that side; never a virtual one
  bool is_direct = false;  // the MAC is the real server's own
  bool operator==(const PathWay&) const = default;
};

class PathWire {
 public:
  // A packet from the IP header on, and the MAC address that it came from.
  using OnPacket = std::function<void(std::span<const uint8_t> packet, const MacAddress& from)>;
  virtual ~PathWire() = default;
  virtual Result<> send(const PathWay& way, const Packet& packet) = 0;
};

// Path checks send from the 256 ports from `block` on (its low byte is 0): what comes back is told by them.
inline constexpr int kPortsInBlock = 256;
// A random block above the ports that Linux gives to connections of its own accord.
uint16_t random_port_block();

// On packet sockets: an answer comes from the virtual address, which the load balancer has itself, so the kernel takes
// it for a lie and drops it; a packet socket sees it before that. A filter in the kernel lets nothing else through.
Result<std::unique_ptr<PathWire>> open_packet_wire(boost::asio::io_context& io, uint16_t block,
                                                   PathWire::OnPacket on_packet);

}  // namespace evenkeel::health
