#pragma once
// The Tables of the kernel. Memory and descriptors belong to the loaded program, which outlives this.

#include "engines/l4_xdp/array_map.h"
#include "engines/l4_xdp/service_hints.h"
#include "engines/l4_xdp/shared_arrays.h"
#include "engines/l4_xdp/tables.h"

namespace evenkeel::engines::l4_xdp {

struct TableAccess {
  const SharedArrays* arrays = nullptr;
  int service_keys = -1, rings = -1, real_server_counters = -1;
};

class BpfTables final : public Tables {
 public:
  explicit BpfTables(const TableAccess& access);

  Result<> visit_real_servers(const std::function<void(const RealServerEntry&)>& visit) const override;
  Result<> visit_services(const std::function<void(const ServiceEntry&)>& visit) const override;
  Result<> visit_keys(const std::function<void(const KeyEntry&)>& visit) const override;
  Result<std::vector<uint16_t>> read_ring(uint32_t service, uint32_t length) const override;
  Result<std::vector<Totals>> read_totals(std::span<const uint32_t> real_servers) const override;

  Result<> write_real_servers(std::span<const RealServerEntry> entries) override;
  Result<> reset_real_servers(std::span<const uint32_t> ids) override;
  Result<> write_services(std::span<const ServiceEntry> entries) override;
  Result<> reset_services(std::span<const uint32_t> ids) override;
  void write_sources(uint32_t service, const ek_sources& sources) override;
  void add_translated(std::span<const ek_address> addresses) override;
  void write_translated(std::span<const ek_address> addresses) override;
  Result<> write_rings(std::span<const RingEntry> entries) override;
  Result<> write_keys(std::span<const KeyEntry> entries) override;
  Result<> erase_keys(std::span<const ek_service_key> keys) override;

 private:
  Result<> write_some_rings(std::span<const RingEntry> entries);
  bool overwrite_ring(uint32_t service, const std::vector<ek_ring_block>& blocks);
  void write_ring_heads(std::span<const RingEntry> entries);
  Result<> erase_ring(uint32_t service);

  const SharedArrays& arrays_;
  ServiceHints hints_;
  int service_keys_, rings_;
  ArrayMap real_server_counters_;
};

}  // namespace evenkeel::engines::l4_xdp
