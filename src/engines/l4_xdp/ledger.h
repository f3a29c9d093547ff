#pragma once
// What the maps hold, as far as the engine has written or found it, and who is who: so that an apply touches only what
// differs, and so that ids stay the same over changes and restarts. Owned by the Writer; control loop's thread.

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "desired/state.h"
#include "engines/l4_xdp/service_keys.h"
#include "engines/l4_xdp/slots.h"
#include "engines/l4_xdp/tables.h"
#include "engines/next_hop.h"

namespace evenkeel::engines::l4_xdp {

// A ring is known by its length and hash: rings can be long, and there are many.
struct RingPrint {
  uint32_t length = 0;
  uint64_t hash = 0;
  bool operator==(const RingPrint&) const = default;
};
RingPrint print_of(std::span<const uint16_t> ring);

// A virtual service as it was last applied.
struct InForce {
  desired::VirtualService want;
  std::vector<uint32_t> members;  // ids, in the order of want.real_servers; 0: it could not be applied
  bool is_complete = false;       // everything of it is in the maps
};

// A real server within its virtual service. Connections that are translated cannot go on untranslated, nor the other
// way round: with such another forwarding method it is another real server, and the connections of the former one end.
struct RealEndpoint {
  IpAddress address;
  uint16_t port = 0;  // 0: as the client has it
  bool is_translated = false;
  auto operator<=>(const RealEndpoint&) const = default;
};

class RealServerLedger {
 public:
  void put(uint32_t id, const ek_real_server& record);
  void erase(uint32_t id);
  const ek_real_server* find(uint32_t id) const;
  uint32_t find(uint32_t service, const RealEndpoint& endpoint) const;  // id; 0: none
  std::vector<uint32_t> at(const IpAddress& address) const;
  std::vector<uint32_t> ids() const;
  std::vector<ek_address> translated() const;  // addresses of those whose packets are
  size_t size() const { return records_.size(); }

 private:
  std::unordered_map<uint32_t, ek_real_server> records_;
  using Place = std::tuple<uint32_t, uint16_t, bool>;  // service, port, is translated
  static Place place_of(const ek_real_server& record);

  std::map<IpAddress, std::map<Place, uint32_t>> by_address_;  // -> id
};

struct Ledger {
  // Fills it from the maps: after a start, before anything else.
  Result<> recover(const Tables& tables);

  RealServerLedger real_servers;
  std::unordered_map<uint32_t, ek_service> services;
  std::unordered_map<uint32_t, RingPrint> rings;
  ServiceKeys keys;
  bool keys_are_complete = false;  // as the last change wanted them

  SlotPool real_server_slots{EK_MAX_REAL_SERVERS + 1};
  SlotPool service_slots{EK_MAX_SERVICES};

  std::unordered_map<uint32_t, InForce> in_force;
  std::unordered_map<uint32_t, Totals> deleted;  // by service: what its deleted real servers counted; since the start
  std::unordered_map<IpAddress, NextHop> next_hops;  // the last usable one of each address
};

}  // namespace evenkeel::engines::l4_xdp
