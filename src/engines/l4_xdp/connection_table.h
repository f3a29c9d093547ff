#pragma once
// Reading and sweeping the connection tables, a slice at a time: the whole is far larger than this process may be.

#include <cstdint>
#include <vector>

#include "engines/l4_xdp/labels.h"
#include "engines/l4_xdp/program.h"
#include "observed/snapshot.h"

namespace evenkeel::engines::l4_xdp {

class ConnectionTable {
 public:
  // Both outlive this.
  ConnectionTable(const Program& program, const LabelBook& labels) : program_(program), labels_(labels) {}

  uint64_t size() const;  // connections that fit
  // Frees what has expired; returns how many are left.
  Result<uint64_t> sweep() const;
  // Live ones that fit the filter, in no order, at most filter.limit. May be called from any thread.
  Result<std::vector<observed::Connection>> list(const observed::ConnectionFilter& filter) const;

 private:
  Result<ek_sweep> run_sweep(ek_sweep request) const;

  const Program& program_;
  const LabelBook& labels_;
};

}  // namespace evenkeel::engines::l4_xdp
