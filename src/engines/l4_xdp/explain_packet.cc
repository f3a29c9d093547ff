#include "engines/l4_xdp/explain_packet.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#include <cstring>

namespace evenkeel::engines::l4_xdp {
namespace {

template <class Header>
void append(std::vector<uint8_t>& frame, const Header& header) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(&header);
  frame.insert(frame.end(), bytes, bytes + sizeof header);
}

// RFC 1071, over a header whose checksum field is zero.
uint16_t header_checksum(const iphdr& header) {
  uint32_t sum = 0;
  const auto* bytes = reinterpret_cast<const uint8_t*>(&header);
  for (size_t index = 0; index < sizeof header; index += 2)
    sum += static_cast<uint32_t>(bytes[index] << 8 | bytes[index + 1]);
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return htons(static_cast<uint16_t>(~sum));
}

ethhdr ethernet_header(uint16_t type) {
  ethhdr header{};
  header.h_dest[0] = header.h_source[0] = 0x02;  // locally administered
  header.h_source[5] = 1;
  header.h_proto = htons(type);
  return header;
}

iphdr ipv4_header(const IpAddress& source, const IpAddress& destination, uint8_t protocol, size_t payload) {
  iphdr header{};
  header.version = 4;
  header.ihl = sizeof header / 4;
  header.tot_len = htons(static_cast<uint16_t>(sizeof header + payload));
  header.ttl = 64;
  header.protocol = protocol;
  std::memcpy(&header.saddr, source.ipv4_bytes().data(), sizeof header.saddr);
  std::memcpy(&header.daddr, destination.ipv4_bytes().data(), sizeof header.daddr);
  header.check = header_checksum(header);
  return header;
}

ip6_hdr ipv6_header(const IpAddress& source, const IpAddress& destination, uint8_t protocol, size_t payload) {
  ip6_hdr header{};
  header.ip6_flow = htonl(6U << 28);
  header.ip6_plen = htons(static_cast<uint16_t>(payload));
  header.ip6_nxt = protocol;
  header.ip6_hops = 64;
  std::memcpy(&header.ip6_src, source.bytes().data(), sizeof header.ip6_src);
  std::memcpy(&header.ip6_dst, destination.bytes().data(), sizeof header.ip6_dst);
  return header;
}

std::vector<uint8_t> transport(uint16_t source, uint16_t destination, uint8_t protocol) {
  std::vector<uint8_t> bytes;
  if (protocol == IPPROTO_UDP) {
    udphdr header{};
    header.source = htons(source);
    header.dest = htons(destination);
    header.len = htons(sizeof header);
    append(bytes, header);
    return bytes;
  }
  tcphdr header{};
  header.source = htons(source);
  header.dest = htons(destination);
  header.doff = sizeof header / 4;
  header.syn = 1;
  header.window = htons(65535);
  append(bytes, header);
  return bytes;
}

}  // namespace

std::vector<uint8_t> first_packet(const Endpoint& client, const Endpoint& virtual_endpoint, uint8_t protocol) {
  const std::vector<uint8_t> payload = transport(client.port, virtual_endpoint.port, protocol);
  std::vector<uint8_t> frame;
  if (client.address.is_ipv4()) {
    append(frame, ethernet_header(ETH_P_IP));
    append(frame, ipv4_header(client.address, virtual_endpoint.address, protocol, payload.size()));
  } else {
    append(frame, ethernet_header(ETH_P_IPV6));
    append(frame, ipv6_header(client.address, virtual_endpoint.address, protocol, payload.size()));
  }
  frame.insert(frame.end(), payload.begin(), payload.end());
  return frame;
}

}  // namespace evenkeel::engines::l4_xdp
