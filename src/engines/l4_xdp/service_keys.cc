#include "engines/l4_xdp/service_keys.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <set>

namespace evenkeel::engines::l4_xdp {
namespace {

uint32_t width(uint32_t first, uint32_t last) {
  return last - first + 1;
}

bool is_expanded(const model::PortRange& range) {
  return width(range.first, range.last) <= EK_EXPAND_PORTS;
}

ek_service_key make_key(const IpAddress& address, uint16_t port, uint8_t protocol) {
  return {.address = to_abi(address), .port_be = htons(port), .protocol = protocol, .reserved = 0};
}

uint32_t common_ports(const model::PortRange& left, const ek_port_range& right) {
  const uint32_t first = std::max(left.first, right.first);
  const uint32_t last = std::min(left.last, right.last);
  return first > last ? 0 : width(first, last);
}

std::string taken(const IpAddress& address, uint8_t protocol, const std::string& ports) {
  return (protocol == IPPROTO_TCP ? "TCP port " : "UDP port ") + ports + " of " + address.to_string() +
         " belongs to another virtual service already: give each its own ports or address";
}

bool is_narrower(const ek_port_range& left, const ek_port_range& right) {
  const uint32_t left_width = width(left.first, left.last);
  const uint32_t right_width = width(right.first, right.last);
  return left_width != right_width ? left_width < right_width : left.first < right.first;
}

void insert_range(KeyTarget& target, const ek_port_range& range) {
  target.ranges.insert(std::ranges::upper_bound(target.ranges, range, is_narrower), range);
}

}  // namespace

bool operator==(const KeyTarget& left, const KeyTarget& right) {
  return left.service == right.service && std::ranges::equal(left.ranges, right.ranges, same_bytes<ek_port_range>);
}

ek_service_value to_abi(const KeyTarget& target) {
  ek_service_value value{};
  value.service = target.service;
  value.range_count = static_cast<ek_u32>(std::min<size_t>(target.ranges.size(), EK_MAX_PORT_RANGES));
  std::copy_n(target.ranges.begin(), value.range_count, value.ranges);
  return value;
}

KeyTarget from_abi(const ek_service_value& value) {
  const size_t count = std::min<size_t>(value.range_count, EK_MAX_PORT_RANGES);
  return {.service = value.service, .ranges = {value.ranges, value.ranges + count}};
}

ek_service_key address_key(const IpAddress& address) {
  return make_key(address, 0, 0);
}

const KeyTarget* ServiceKeys::find(const ek_service_key& key) const {
  const auto found = map_.find(key);
  return found == map_.end() ? nullptr : &found->second;
}

std::optional<std::string> ServiceKeys::refusal(const desired::VirtualService& want) const {
  for (const uint8_t protocol : protocols_of(want.protocol)) {
    const KeyTarget* wildcard = find(make_key(want.address, 0, protocol));
    size_t ranges = wildcard == nullptr ? 0 : wildcard->ranges.size();
    for (const model::PortRange& range : want.ports.ranges()) {
      if (is_expanded(range)) {
        for (uint32_t port = range.first; port <= range.last; ++port) {
          if (find(make_key(want.address, static_cast<uint16_t>(port), protocol)) != nullptr)
            return taken(want.address, protocol, std::to_string(port));
        }
        continue;
      }
      const auto is_same = [&](const ek_port_range& other) {
        return other.first == range.first && other.last == range.last;
      };
      if (wildcard != nullptr && std::ranges::any_of(wildcard->ranges, is_same))
        return taken(want.address, protocol, std::to_string(range.first) + "-" + std::to_string(range.last));
      if (++ranges > EK_MAX_PORT_RANGES) {
        return "more than " + std::to_string(EK_MAX_PORT_RANGES) + " long port ranges on " + want.address.to_string() +
               ": merge ranges or use another virtual address";
      }
    }
  }
  return std::nullopt;
}

std::optional<std::string> ServiceKeys::add(const desired::VirtualService& want, uint32_t service) {
  if (auto reason = refusal(want)) return reason;
  map_[address_key(want.address)];
  for (const uint8_t protocol : protocols_of(want.protocol)) {
    for (const model::PortRange& range : want.ports.ranges()) {
      if (is_expanded(range)) {
        for (uint32_t port = range.first; port <= range.last; ++port)
          map_[make_key(want.address, static_cast<uint16_t>(port), protocol)].service = service;
      } else {
        insert_range(map_[make_key(want.address, 0, protocol)], {range.first, range.last, service});
      }
    }
  }
  return std::nullopt;
}

std::map<uint32_t, uint32_t> ServiceKeys::overlaps(const desired::VirtualService& want) const {
  std::map<uint32_t, uint32_t> ports;
  if (find(address_key(want.address)) == nullptr) return ports;
  for (const uint8_t protocol : protocols_of(want.protocol)) {
    const KeyTarget* wildcard = find(make_key(want.address, 0, protocol));
    for (const model::PortRange& range : want.ports.ranges()) {
      // Keys are ordered by address, port, protocol.
      const auto end = map_.upper_bound(make_key(want.address, range.last, UINT8_MAX));
      for (auto exact = map_.lower_bound(make_key(want.address, range.first, 0)); exact != end; ++exact) {
        if (exact->first.protocol == protocol) ++ports[exact->second.service];
      }
      if (wildcard == nullptr) continue;
      for (const ek_port_range& other : wildcard->ranges) {
        if (const uint32_t common = common_ports(range, other)) ports[other.service] += common;
      }
    }
  }
  return ports;
}

std::vector<uint32_t> ServiceKeys::services() const {
  std::set<uint32_t> ids;
  for (const auto& [key, target] : map_) {
    if (target.service != 0) ids.insert(target.service);
    for (const ek_port_range& range : target.ranges) ids.insert(range.service);
  }
  return {ids.begin(), ids.end()};
}

}  // namespace evenkeel::engines::l4_xdp
