#pragma once
// Reading, sweeping and clearing the connection tables. Pages may be asked for from any thread, one after the other.

#include <cstdint>
#include <vector>

#include "engines/l4_xdp/labels.h"
#include "engines/l4_xdp/program.h"
#include "observed/connection.h"

namespace evenkeel::engines::l4_xdp {

class ConnectionTable {
 public:
  // Both outlive this.
  ConnectionTable(const Program& program, const LabelBook& labels) : program_(program), labels_(labels) {}

  uint64_t size() const;  // connections that fit
  // Frees what has expired; returns how many are left.
  Result<uint64_t> sweep() const;
  // Live ones that fit the filter, in no order, from a position of an earlier page on (0: the first). A page is some
  // hundred rows, or fewer, and takes about a millisecond.
  Result<observed::Page<observed::Connection>> connections(const observed::ConnectionFilter& filter,
                                                           uint64_t position) const;
  Result<observed::Page<observed::PersistenceEntry>> persistence(const observed::ConnectionFilter& filter,
                                                                 uint64_t position) const;
  // Frees the persistence entries that persistence() would list, while the data plane goes on.
  Result<observed::ClearedPage> clear_persistence(const observed::ConnectionFilter& filter, uint64_t position) const;

 private:
  Result<ek_sweep> run_sweep(ek_sweep request) const;
  Result<uint32_t> tick() const;  // the data plane's clock

  const Program& program_;
  const LabelBook& labels_;
};

}  // namespace evenkeel::engines::l4_xdp
