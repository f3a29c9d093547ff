#pragma once
// What service_keys says of addresses and single ports, once more, where the data plane finds it by one read
// (ek_service_hint). Nothing depends on them: a key without a hint is looked up. A wrong one would mislead, so a hint
// is withdrawn before its key changes, and given after: killed in between, there is none.

#include <span>

#include "bpf/abi.h"
#include "engines/l4_xdp/shared_arrays.h"
#include "engines/l4_xdp/tables.h"

namespace evenkeel::engines::l4_xdp {

class ServiceHints {
 public:
  explicit ServiceHints(const SharedArrays& arrays) : arrays_(arrays) {}

  void withdraw(const ek_service_key& key);
  // Where another key has the place, none is given.
  void give(const KeyEntry& entry);

 private:
  const SharedArrays& arrays_;
};

}  // namespace evenkeel::engines::l4_xdp
