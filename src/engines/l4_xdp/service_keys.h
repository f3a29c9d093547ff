#pragma once
// Which addresses, protocols and ports belong to which virtual service, as the data plane looks them up. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bpf/abi.h"
#include "desired/state.h"
#include "engines/l4_xdp/abi_values.h"

namespace evenkeel::engines::l4_xdp {

struct KeyLess {
  bool operator()(const ek_service_key& left, const ek_service_key& right) const {
    return std::memcmp(&left, &right, sizeof left) < 0;
  }
};

// ek_service_value without its unused ranges: most keys have none.
struct KeyTarget {
  uint32_t service = 0;               // of an exact key
  std::vector<ek_port_range> ranges;  // of a wildcard key, narrow first
};
bool operator==(const KeyTarget& left, const KeyTarget& right);
ek_service_value to_abi(const KeyTarget& target);  // at most EK_MAX_PORT_RANGES
KeyTarget from_abi(const ek_service_value& value);

// {address, 0, 0}: "this is a virtual address".
ek_service_key address_key(const IpAddress& address);

class ServiceKeys {
 public:
  using Map = std::map<ek_service_key, KeyTarget, KeyLess>;

  // Claims the service's ports for this id. The sentence says why it cannot; then nothing was claimed.
  std::optional<std::string> add(const desired::VirtualService& want, uint32_t service);

  void put(const ek_service_key& key, KeyTarget target) { map_[key] = std::move(target); }
  void erase(const ek_service_key& key) { map_.erase(key); }
  const KeyTarget* find(const ek_service_key& key) const;
  const Map& map() const { return map_; }
  size_t size() const { return map_.size(); }

  // How many of the ports of `want` (per protocol) each service holds now.
  std::map<uint32_t, uint32_t> overlaps(const desired::VirtualService& want) const;
  // All services that any key leads to; ascending, unique.
  std::vector<uint32_t> services() const;

 private:
  std::optional<std::string> refusal(const desired::VirtualService& want) const;

  Map map_;
};

}  // namespace evenkeel::engines::l4_xdp
