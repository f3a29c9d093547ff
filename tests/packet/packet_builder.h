#pragma once
// Builds Ethernet frames for the packet tests and benchmarks, layer by layer, outermost first:
//   Frame().vlan(7).ipv4("10.0.0.9", "10.77.0.100").tcp(1234, 445, kSyn)
// Lengths and the IPv4 header checksum are filled in by bytes(). Nothing is validated: broken frames are wanted too.

#include <cstdint>
#include <string>
#include <vector>

namespace evenkeel::packet {

using Bytes = std::vector<uint8_t>;

constexpr uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10;
constexpr uint8_t kTcp = 6, kUdp = 17, kIcmp = 1, kIcmp6 = 58;
constexpr uint8_t kHopByHop = 0, kRouting = 43, kFragmentHeader = 44, kAuthentication = 51, kDestinationOptions = 60;

struct Ipv4Fields {
  uint8_t protocol = 0;  // 0: of the layer that follows
  uint16_t id = 1;
  uint16_t fragment = 0;  // flags and offset in units of 8 bytes: 0x2000 is "more fragments"
  Bytes options;          // padded to whole words
  int length_error = 0;   // added to the total length
};

class Frame {
 public:
  Frame();
  Frame& destination_mac(const Bytes& mac);
  Frame& vlan(uint16_t tag, uint16_t ethertype = 0x8100);
  Frame& ipv4(const std::string& source, const std::string& destination, Ipv4Fields fields = {});
  Frame& ipv6(const std::string& source, const std::string& destination, int length_error = 0);
  Frame& extension(uint8_t type, size_t length = 8);  // hop-by-hop, routing, destination options, authentication
  Frame& fragment_header(uint16_t offset_and_flags, uint32_t id, uint8_t next = 0);
  Frame& tcp(uint16_t source, uint16_t destination, uint8_t flags, size_t payload = 0);
  Frame& udp(uint16_t source, uint16_t destination, size_t payload = 8);
  Frame& icmp(uint8_t type, uint8_t code, bool ipv6 = false);
  Frame& raw(const Bytes& bytes);
  Frame& embedded(const Frame& frame, size_t limit);  // an IP packet without its Ethernet header, cut after limit bytes
  Frame& padding(size_t bytes);                       // behind the IP packet
  Bytes bytes() const;
  Bytes ip_bytes() const;
  size_t ip_length() const;  // as in the counters

 private:
  struct Layer {
    uint8_t protocol;  // by which the layer before names this one
    Bytes bytes;
    int length_error = 0;
    bool fixed_protocol = false;
  };
  Bytes render_ip() const;

  Bytes ethernet_;
  uint16_t ethertype_ = 0;
  std::vector<Layer> layers_;
  size_t padding_ = 0;
};

}  // namespace evenkeel::packet
