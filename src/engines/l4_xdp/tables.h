#pragma once
// The maps of the data plane as the writer sees them. BpfTables is the real one; tests have one in memory that fails on
// demand. A call with several entries is all or error: after an error any part of them may have been written, and
// writing again is harmless. From the control loop's thread.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "bpf/abi.h"

namespace evenkeel::engines::l4_xdp {

struct RealServerEntry {
  uint32_t id = 0;
  ek_real_server record{};
  ek_address tunnel_source{};  // all zero: not known, and left as it is; not read again
};
struct ServiceEntry {
  uint32_t id = 0;
  ek_service record{};
};
struct KeyEntry {
  ek_service_key key{};
  ek_service_value value{};
};
struct RingEntry {
  uint32_t service = 0;
  std::vector<uint16_t> ring;  // empty: the service has none
};
struct Totals {  // since the slot's use began
  uint64_t packets = 0, bytes = 0, connections = 0;
  uint64_t packets_out = 0, bytes_out = 0;  // answers that were translated
  uint32_t active = 0, inactive = 0;
};

class Tables {
 public:
  virtual ~Tables() = default;

  // Every slot that is or was used; every key; the ring of a service (empty: none), as long as its record says.
  virtual Result<> visit_real_servers(const std::function<void(const RealServerEntry&)>& visit) const = 0;
  virtual Result<> visit_services(const std::function<void(const ServiceEntry&)>& visit) const = 0;
  virtual Result<> visit_keys(const std::function<void(const KeyEntry&)>& visit) const = 0;
  virtual Result<std::vector<uint16_t>> read_ring(uint32_t service, uint32_t length) const = 0;
  // In the order of the ids.
  virtual Result<std::vector<Totals>> read_totals(std::span<const uint32_t> real_servers) const = 0;

  virtual Result<> write_real_servers(std::span<const RealServerEntry> entries) = 0;
  virtual Result<> reset_real_servers(std::span<const uint32_t> ids) = 0;  // live and counters to zero
  virtual Result<> write_services(std::span<const ServiceEntry> entries) = 0;
  virtual Result<> reset_services(std::span<const uint32_t> ids) = 0;  // live to zero
  virtual void write_sources(uint32_t service, const ek_sources& sources) = 0;
  // Addresses of real servers whose answers are to be looked for: these too; these only.
  virtual void add_translated(std::span<const ek_address> addresses) = 0;
  virtual void write_translated(std::span<const ek_address> addresses) = 0;
  virtual Result<> write_rings(std::span<const RingEntry> entries) = 0;
  virtual Result<> write_keys(std::span<const KeyEntry> entries) = 0;
  virtual Result<> erase_keys(std::span<const ek_service_key> keys) = 0;  // none there: no error
};

}  // namespace evenkeel::engines::l4_xdp
