#include "engines/l4_xdp/service_hints.h"

#include <atomic>
#include <cstring>
#include <optional>

#include "engines/l4_xdp/abi_values.h"

namespace evenkeel::engines::l4_xdp {
namespace {

std::optional<uint64_t> hint_of(const ek_service_key& key, uint32_t service) {
  const IpAddress address = from_abi(key.address);
  if (!address.is_ipv4() || key.port_be == 0) return std::nullopt;
  uint32_t address_be = 0;
  std::memcpy(&address_be, address.ipv4_bytes().data(), sizeof address_be);
  return ek_service_hint(address_be, key.port_be, key.protocol, service);
}

std::atomic_ref<ek_u64> place_of(const SharedArrays& arrays, uint64_t hint) {
  return std::atomic_ref(arrays.at<&ek_arrays::service_hints>(ek_service_hint_place(hint)));
}

}  // namespace

void ServiceHints::withdraw(const ek_service_key& key) {
  const auto hint = hint_of(key, 0);
  if (hint && ek_service_of_hint(place_of(arrays_, *hint), *hint) != 0) place_of(arrays_, *hint) = 0;
}

void ServiceHints::give(const KeyEntry& entry) {
  const auto hint = hint_of(entry.key, entry.value.service);
  if (hint && place_of(arrays_, *hint) == 0) place_of(arrays_, *hint) = *hint;
}

}  // namespace evenkeel::engines::l4_xdp
