#pragma once
// The Tables of the kernel. The descriptors belong to the loaded program, which outlives this.

#include "engines/l4_xdp/array_map.h"
#include "engines/l4_xdp/tables.h"

namespace evenkeel::engines::l4_xdp {

struct TableDescriptors {
  int service_keys = -1, services = -1, service_live = -1, rings = -1, ring_heads = -1;
  int real_servers = -1, real_server_live = -1, real_server_counters = -1;
};

class BpfTables final : public Tables {
 public:
  explicit BpfTables(const TableDescriptors& descriptors);

  Result<> visit_real_servers(const std::function<void(const RealServerEntry&)>& visit) const override;
  Result<> visit_services(const std::function<void(const ServiceEntry&)>& visit) const override;
  Result<> visit_keys(const std::function<void(const KeyEntry&)>& visit) const override;
  Result<std::vector<uint16_t>> read_ring(uint32_t service, uint32_t length) const override;
  Result<std::vector<Totals>> read_totals(std::span<const uint32_t> real_servers) const override;

  Result<> write_real_servers(std::span<const RealServerEntry> entries) override;
  Result<> reset_real_servers(std::span<const uint32_t> ids) override;
  Result<> write_services(std::span<const ServiceEntry> entries) override;
  Result<> reset_services(std::span<const uint32_t> ids) override;
  Result<> write_rings(std::span<const RingEntry> entries) override;
  Result<> write_keys(std::span<const KeyEntry> entries) override;
  Result<> erase_keys(std::span<const ek_service_key> keys) override;

 private:
  Result<> write_some_rings(std::span<const RingEntry> entries);
  bool overwrite_ring(uint32_t service, const std::vector<ek_ring_block>& blocks);
  Result<> write_ring_heads(std::span<const RingEntry> entries);
  Result<> erase_ring(uint32_t service);

  int service_keys_, rings_;
  ArrayMap services_, service_live_, ring_heads_, real_servers_, real_server_live_, real_server_counters_;
};

}  // namespace evenkeel::engines::l4_xdp
