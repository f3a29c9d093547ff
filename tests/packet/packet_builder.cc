#include "packet_builder.h"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>

namespace evenkeel::packet {
namespace {

constexpr uint16_t kIpv4 = 0x0800, kIpv6 = 0x86dd;

void append16(Bytes& bytes, uint16_t value) {
  bytes.push_back(value >> 8);
  bytes.push_back(value & 0xff);
}

void append32(Bytes& bytes, uint32_t value) {
  append16(bytes, value >> 16);
  append16(bytes, value & 0xffff);
}

void put16(Bytes& bytes, size_t at, uint16_t value) {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 0xff;
}

void append_address(Bytes& bytes, int family, const std::string& text) {
  uint8_t address[16] = {};
  inet_pton(family, text.c_str(), address);
  bytes.insert(bytes.end(), address, address + (family == AF_INET ? 4 : 16));
}

uint16_t checksum(const Bytes& header) {
  uint32_t sum = 0;
  for (size_t i = 0; i + 1 < header.size(); i += 2) {
    sum += header[i] << 8 | header[i + 1];
  }
  while (sum >> 16) {
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return ~sum;
}

}  // namespace

Frame::Frame() : ethernet_{0x02, 0, 0, 0, 0, 0x01, 0x02, 0, 0, 0, 0, 0x99} {}

Frame& Frame::destination_mac(const Bytes& mac) {
  std::copy(mac.begin(), mac.end(), ethernet_.begin());
  return *this;
}

Frame& Frame::vlan(uint16_t tag, uint16_t ethertype) {
  append16(ethernet_, ethertype);
  append16(ethernet_, tag);
  return *this;
}

Frame& Frame::ipv4(const std::string& source, const std::string& destination, Ipv4Fields fields) {
  while (fields.options.size() % 4) {
    fields.options.push_back(0);
  }
  Bytes header = {static_cast<uint8_t>(0x45 + fields.options.size() / 4), 0, 0, 0};
  append16(header, fields.id);
  append16(header, fields.fragment);
  header.insert(header.end(), {64, fields.protocol, 0, 0});
  append_address(header, AF_INET, source);
  append_address(header, AF_INET, destination);
  header.insert(header.end(), fields.options.begin(), fields.options.end());
  ethertype_ = kIpv4;
  layers_.push_back({4, std::move(header), fields.length_error, fields.protocol != 0});
  return *this;
}

Frame& Frame::ipv6(const std::string& source, const std::string& destination, int length_error) {
  Bytes header = {0x60, 0, 0, 0, 0, 0, 0, 64};
  append_address(header, AF_INET6, source);
  append_address(header, AF_INET6, destination);
  ethertype_ = kIpv6;
  layers_.push_back({41, std::move(header), length_error});
  return *this;
}

Frame& Frame::extension(uint8_t type, size_t length) {
  Bytes header(length, 0);
  header[1] = type == kAuthentication ? length / 4 - 2 : length / 8 - 1;
  layers_.push_back({type, std::move(header)});
  return *this;
}

Frame& Frame::fragment_header(uint16_t offset_and_flags, uint32_t id, uint8_t next) {
  Bytes header = {next, 0};
  append16(header, offset_and_flags);
  append32(header, id);
  layers_.push_back({kFragmentHeader, std::move(header), 0, next != 0});
  return *this;
}

Frame& Frame::tcp(uint16_t source, uint16_t destination, uint8_t flags, size_t payload) {
  Bytes header;
  append16(header, source);
  append16(header, destination);
  append32(header, 1000);
  append32(header, flags & kAck ? 5000 : 0);
  header.insert(header.end(), {0x50, flags, 0xfa, 0xf0, 0, 0, 0, 0});
  header.resize(header.size() + payload);
  layers_.push_back({kTcp, std::move(header)});
  return *this;
}

Frame& Frame::udp(uint16_t source, uint16_t destination, size_t payload) {
  Bytes header;
  append16(header, source);
  append16(header, destination);
  append16(header, 8 + payload);
  append16(header, 0);
  header.resize(header.size() + payload);
  layers_.push_back({kUdp, std::move(header)});
  return *this;
}

Frame& Frame::icmp(uint8_t type, uint8_t code, bool ipv6) {
  layers_.push_back({ipv6 ? kIcmp6 : kIcmp, {type, code, 0, 0, 0, 0, 0, 0}});
  return *this;
}

Frame& Frame::raw(const Bytes& bytes) {
  layers_.push_back({59, bytes});
  return *this;
}

Frame& Frame::embedded(const Frame& frame, size_t limit) {
  Bytes inner = frame.ip_bytes();
  inner.resize(std::min(limit, inner.size()));
  return raw(inner);
}

Frame& Frame::padding(size_t bytes) {
  padding_ = bytes;
  return *this;
}

// Each layer names the next one and, where it has a length, counts everything behind it.
Bytes Frame::render_ip() const {
  Bytes result;
  std::vector<Layer> layers = layers_;
  for (size_t i = layers.size(); i-- > 0;) {
    Layer& layer = layers[i];
    uint8_t next = i + 1 < layers.size() ? layers[i + 1].protocol : 59;
    if (layer.protocol == 4) {
      if (!layer.fixed_protocol) {
        layer.bytes[9] = next;
      }
      put16(layer.bytes, 2, layer.bytes.size() + result.size() + layer.length_error);
      put16(layer.bytes, 10, checksum(layer.bytes));
    } else if (layer.protocol == 41) {
      layer.bytes[6] = next;
      put16(layer.bytes, 4, result.size() + layer.length_error);
    } else if (layer.protocol == kHopByHop || layer.protocol == kRouting || layer.protocol == kFragmentHeader ||
               layer.protocol == kAuthentication || layer.protocol == kDestinationOptions) {
      if (!layer.fixed_protocol) {
        layer.bytes[0] = next;
      }
    }
    result.insert(result.begin(), layer.bytes.begin(), layer.bytes.end());
  }
  return result;
}

Bytes Frame::ip_bytes() const {
  return render_ip();
}

size_t Frame::ip_length() const {
  return render_ip().size();
}

Bytes Frame::bytes() const {
  Bytes result = ethernet_;
  append16(result, ethertype_);
  Bytes ip = render_ip();
  result.insert(result.end(), ip.begin(), ip.end());
  result.resize(result.size() + padding_);
  return result;
}

}  // namespace evenkeel::packet
