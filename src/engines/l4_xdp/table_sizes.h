#pragma once
// How large the connection tables and reverse indexes are, as the program is told before it is loaded: to the verifier
// they are constants.

#include <bpf/libbpf.h>

#include <cstdint>

#include "bpf/abi.h"

namespace evenkeel::engines::l4_xdp {

// Of a skeleton that is open, and not loaded. `sets4`, `sets6`: in the connection tables.
template <class OpenSkeleton>
void set_table_sizes(OpenSkeleton& skeleton, uint32_t sets4, uint32_t sets6) {
  auto& constants = *skeleton.rodata;
  constants.sets4 = sets4;
  constants.sets6 = sets6;
  constants.front_sets4 = ek_front_sets(sets4);
  constants.front_sets6 = ek_front_sets(sets6);
  constants.reverse_sets4 = ek_reverse_sets(sets4);
  constants.reverse_sets6 = ek_reverse_sets(sets6);
  constants.reverse_front4 = ek_reverse_sets(ek_front_sets(sets4));
  constants.reverse_front6 = ek_reverse_sets(ek_front_sets(sets6));
  constants.way_bits4 = ek_way_bits(sets4);
  constants.way_bits6 = ek_way_bits(sets6);
  bpf_map__set_max_entries(skeleton.maps.connections4, sets4);
  bpf_map__set_max_entries(skeleton.maps.connections6, sets6);
  bpf_map__set_max_entries(skeleton.maps.reverse4, ek_reverse_sets(sets4));
  bpf_map__set_max_entries(skeleton.maps.reverse6, ek_reverse_sets(sets6));
}

}  // namespace evenkeel::engines::l4_xdp
