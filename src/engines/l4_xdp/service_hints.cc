#include "engines/l4_xdp/service_hints.h"

#include <atomic>
#include <optional>

#include "engines/l4_xdp/abi_values.h"

namespace evenkeel::engines::l4_xdp {
namespace {

bool is_ipv4(const ek_service_key& key) {
  return from_abi(key.address).is_ipv4();
}

std::optional<uint64_t> hint_of(const ek_service_key& key, uint32_t service) {
  if (key.port_be == 0) return std::nullopt;
  return ek_service_hint(folded(key.address), key.port_be, key.protocol, service);
}

ek_service_hint6& place6(const SharedArrays& arrays, uint64_t hint) {
  return arrays.at<&ek_arrays::service_hints6>(ek_service_hint_place(hint));
}

std::atomic_ref<ek_u64> place_of(const SharedArrays& arrays, const ek_service_key& key, uint64_t hint) {
  if (is_ipv4(key)) return std::atomic_ref(arrays.at<&ek_arrays::service_hints4>(ek_service_hint_place(hint)));
  return std::atomic_ref(place6(arrays, hint).hint);
}

bool is_at(const SharedArrays& arrays, const ek_service_key& key, uint64_t hint) {
  return ek_service_of_hint(place_of(arrays, key, hint), hint) != 0 &&
         (is_ipv4(key) || same_bytes(place6(arrays, hint).address, key.address));
}

}  // namespace

void ServiceHints::withdraw(const ek_service_key& key) {
  const auto hint = hint_of(key, 0);
  if (hint && is_at(arrays_, key, *hint)) place_of(arrays_, key, *hint) = 0;
}

void ServiceHints::give(const KeyEntry& entry) {
  const auto hint = hint_of(entry.key, entry.value.service);
  if (!hint || place_of(arrays_, entry.key, *hint) != 0) return;
  if (!is_ipv4(entry.key)) place6(arrays_, *hint).address = entry.key.address;
  place_of(arrays_, entry.key, *hint) = *hint;  // the address is there before
}

}  // namespace evenkeel::engines::l4_xdp
