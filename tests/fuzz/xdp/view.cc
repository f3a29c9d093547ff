#include "view.h"

#include "decoded.h"

namespace evenkeel::packet {
namespace {

Bytes cut(const Bytes& frame, size_t at, size_t length) {
  const auto from = frame.begin() + static_cast<ptrdiff_t>(at);
  return {from, from + static_cast<ptrdiff_t>(length)};
}

bool is_tag(uint16_t ethertype) {
  return ethertype == 0x8100 || ethertype == 0x88a8;
}

bool is_extension(uint8_t protocol) {
  return protocol == kHopByHop || protocol == kRouting || protocol == kFragmentHeader || protocol == kAuthentication ||
         protocol == kDestinationOptions;
}

// False: cut short.
bool skip_extensions(const Bytes& frame, View& v) {
  while (is_extension(v.protocol) && !v.is_later_fragment) {
    if (v.l4 + 8 > v.end) return false;
    const uint8_t next = frame[v.l4];
    if (v.protocol == kFragmentHeader) {
      v.is_fragment = (get16(frame, v.l4 + 2) & 0xfff9) != 0;
      v.is_later_fragment = (get16(frame, v.l4 + 2) & 0xfff8) != 0;
      v.fragment_protocol = next;
      v.fragment_id = cut(frame, v.l4 + 4, 4);
      v.l4 += 8;
    } else {
      v.l4 += v.protocol == kAuthentication ? (frame[v.l4 + 1] + 2) * 4 : (frame[v.l4 + 1] + 1) * 8;
    }
    v.protocol = next;
  }
  return v.l4 <= v.end;
}

size_t checksum_at(const View& v) {
  return v.l4 + (v.protocol == kTcp ? 16 : v.protocol == kUdp ? 6 : 2);
}

size_t least_l4(uint8_t protocol) {
  return protocol == kTcp ? 20 : 8;
}

bool has_l4_checksum(uint8_t protocol) {
  return protocol == kTcp || protocol == kUdp || protocol == kIcmp || protocol == kIcmp6;
}

uint32_t pseudo_header_sum(const View& v) {
  return sum16(v.source, 0, v.source.size()) + sum16(v.destination, 0, v.destination.size()) + v.protocol +
         static_cast<uint32_t>(v.end - v.l4);
}

uint32_t l4_sum(const Bytes& frame, const View& v) {
  const uint32_t sum = sum16(frame, v.l4, v.end);
  return v.protocol == kIcmp ? sum : sum + pseudo_header_sum(v);
}

void put16(Bytes& frame, size_t at, uint16_t value) {
  frame[at] = static_cast<uint8_t>(value >> 8);
  frame[at + 1] = static_cast<uint8_t>(value);
}

bool has_ports(const View& v) {
  return v.l4_known && (v.protocol == kTcp || v.protocol == kUdp);
}

void write_l4_checksum(Bytes& frame, const View& v) {
  put16(frame, checksum_at(v), 0);
  const auto sum = static_cast<uint16_t>(~folded(l4_sum(frame, v)));
  put16(frame, checksum_at(v), sum == 0 && v.protocol == kUdp ? 0xffff : sum);
}

bool read_ipv4(const Bytes& frame, View& v) {
  if (v.ip + 20 > frame.size() || frame[v.ip] >> 4 != 4) return false;
  v.l4 = v.ip + (frame[v.ip] & 15) * 4;
  v.end = v.ip + get16(frame, v.ip + 2);
  v.protocol = frame[v.ip + 9];
  v.is_fragment = (get16(frame, v.ip + 6) & 0x3fff) != 0;
  v.is_later_fragment = (get16(frame, v.ip + 6) & 0x1fff) != 0;
  v.fragment_protocol = v.protocol;
  v.fragment_id = cut(frame, v.ip + 4, 2);
  v.source = cut(frame, v.ip + 12, 4);
  v.destination = cut(frame, v.ip + 16, 4);
  if (v.l4 < v.ip + 20 || v.l4 > v.end || v.end > frame.size()) return false;
  v.ip_checksum_holds = folded(sum16(frame, v.ip, v.l4)) == 0xffff;
  return true;
}

bool read_ipv6(const Bytes& frame, View& v) {
  if (v.ip + 40 > frame.size() || frame[v.ip] >> 4 != 6) return false;
  v.ipv6 = true;
  v.l4 = v.ip + 40;
  v.end = v.l4 + get16(frame, v.ip + 4);
  v.protocol = frame[v.ip + 6];
  v.source = cut(frame, v.ip + 8, 16);
  v.destination = cut(frame, v.ip + 24, 16);
  v.ip_checksum_holds = true;
  return v.end <= frame.size() && skip_extensions(frame, v);
}

void judge_l4(const Bytes& frame, View& v) {
  if (v.is_fragment || !has_l4_checksum(v.protocol) || v.l4 + least_l4(v.protocol) > v.end) return;
  v.l4_known = true;
  if (v.protocol == kUdp && get16(frame, checksum_at(v)) == 0) return;
  if (v.protocol == kUdp && v.l4 + get16(frame, v.l4 + 4) != v.end) return;
  v.l4_checksum_holds = folded(l4_sum(frame, v)) == 0xffff;
}

}  // namespace

std::optional<View> view_ip(const Bytes& frame, size_t at) {
  View v;
  v.ip = at;
  if (at >= frame.size()) return std::nullopt;
  if (frame[at] >> 4 == 6 ? !read_ipv6(frame, v) : !read_ipv4(frame, v)) return std::nullopt;
  judge_l4(frame, v);
  return v;
}

std::optional<View> view(const Bytes& frame) {
  size_t ip = 14;
  int tags = 0;
  uint16_t innermost = 0;
  if (frame.size() < ip) return std::nullopt;
  while (tags < 2 && is_tag(get16(frame, ip - 2))) {
    if (ip + 4 > frame.size()) return std::nullopt;
    innermost = get16(frame, ip);
    ip += 4;
    ++tags;
  }
  const uint16_t ethertype = get16(frame, ip - 2);
  auto result = ethertype == 0x0800 || ethertype == 0x86dd ? view_ip(frame, ip) : std::nullopt;
  if (!result || result->ipv6 != (ethertype == 0x86dd)) return std::nullopt;
  result->tags = tags;
  result->innermost_tag = innermost;
  return result;
}

void write_checksums(Bytes& frame) {
  const auto v = view(frame);
  if (!v) return;
  if (!v->ipv6) {
    put16(frame, v->ip + 10, 0);
    put16(frame, v->ip + 10, static_cast<uint16_t>(~folded(sum16(frame, v->ip, v->l4))));
  }
  if (v->l4_known) write_l4_checksum(frame, *v);
}

void write_partial_checksum(Bytes& frame) {
  const auto v = view(frame);
  if (v && has_ports(*v)) put16(frame, checksum_at(*v), folded(pseudo_header_sum(*v)));
}

Bytes completed(const Bytes& frame, const View& v) {
  if (!has_ports(v) || get16(frame, checksum_at(v)) != folded(pseudo_header_sum(v))) return frame;
  Bytes whole = frame;
  write_l4_checksum(whole, v);
  return whole;
}

}  // namespace evenkeel::packet
