#include "engines/l4_xdp/ledger.h"

#include <arpa/inet.h>

#include <algorithm>

#include "engines/l4_xdp/abi_values.h"

namespace evenkeel::engines::l4_xdp {
namespace {

NextHop next_hop_of(const ek_real_server& record) {
  NextHop next_hop;
  next_hop.address = from_abi(record.address);
  next_hop.state = NextHop::State::kReachable;
  next_hop.interface_index = record.interface_index;
  next_hop.vlan = record.vlan;
  next_hop.mtu = record.mtu;
  std::ranges::copy(record.mac, next_hop.mac.bytes.begin());
  std::ranges::copy(record.source_mac, next_hop.source_mac.bytes.begin());
  return next_hop;
}

}  // namespace

RingPrint print_of(std::span<const uint16_t> ring) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const uint16_t id : ring) hash = (hash ^ id) * 0x100000001b3ULL;
  return {.length = static_cast<uint32_t>(ring.size()), .hash = hash};
}

RealServerLedger::Place RealServerLedger::place_of(const ek_real_server& record) {
  return {record.service, ntohs(record.port_be), is_translated(record)};
}

void RealServerLedger::put(uint32_t id, const ek_real_server& record) {
  records_[id] = record;
  by_address_[from_abi(record.address)][place_of(record)] = id;
}

void RealServerLedger::erase(uint32_t id) {
  const auto found = records_.find(id);
  if (found == records_.end()) return;
  const auto place = by_address_.find(from_abi(found->second.address));
  if (place != by_address_.end()) {
    // After a crash two slots may claim the same real server: only the one that the index names counts.
    const auto named = place->second.find(place_of(found->second));
    if (named != place->second.end() && named->second == id) place->second.erase(named);
    if (place->second.empty()) by_address_.erase(place);
  }
  records_.erase(found);
}

const ek_real_server* RealServerLedger::find(uint32_t id) const {
  const auto found = records_.find(id);
  return found == records_.end() ? nullptr : &found->second;
}

uint32_t RealServerLedger::find(uint32_t service, const RealEndpoint& endpoint) const {
  const auto place = by_address_.find(endpoint.address);
  if (place == by_address_.end()) return 0;
  const auto found = place->second.find({service, endpoint.port, endpoint.is_translated});
  return found == place->second.end() ? 0 : found->second;
}

std::vector<uint32_t> RealServerLedger::at(const IpAddress& address) const {
  std::vector<uint32_t> ids;
  const auto place = by_address_.find(address);
  if (place == by_address_.end()) return ids;
  for (const auto& [within, id] : place->second) ids.push_back(id);
  return ids;
}

std::vector<ek_address> RealServerLedger::translated() const {
  std::vector<ek_address> addresses;
  for (const auto& [id, record] : records_) {
    if (is_translated(record)) addresses.push_back(record.address);
  }
  return addresses;
}

std::vector<uint32_t> RealServerLedger::ids() const {
  std::vector<uint32_t> ids;
  ids.reserve(records_.size());
  for (const auto& [id, record] : records_) ids.push_back(id);
  std::ranges::sort(ids);
  return ids;
}

Result<> Ledger::recover(const Tables& tables) {
  auto read = tables.visit_real_servers([this](const RealServerEntry& entry) {
    const bool in_use = entry.record.service != 0;
    real_server_slots.recover(entry.id, entry.record.generation, in_use);
    if (!in_use) return;
    real_servers.put(entry.id, entry.record);
    if ((entry.record.flags & EK_REAL_SERVER_HAS_NEXT_HOP) != 0)
      next_hops.emplace(from_abi(entry.record.address), next_hop_of(entry.record));
  });
  if (!read) return read;
  read = tables.visit_services([this](const ServiceEntry& entry) {
    const bool in_use = entry.record.timeouts[EK_STATE_ESTABLISHED] != 0;  // a freed slot keeps its generation only
    service_slots.recover(entry.id, entry.record.generation, in_use);
    if (in_use) services.emplace(entry.id, entry.record);
  });
  if (!read) return read;
  read = tables.visit_keys([this](const KeyEntry& entry) { keys.put(entry.key, from_abi(entry.value)); });
  if (!read) return read;
  for (const auto& [id, record] : services) {
    const auto ring = tables.read_ring(id, record.ring_length);
    if (!ring) return fail(ring.error());
    if (!ring->empty()) rings[id] = print_of(*ring);
  }
  return {};
}

}  // namespace evenkeel::engines::l4_xdp
