#pragma once
// libbpf's option structs: all zero but their own size.

#include <cstring>

namespace evenkeel::engines::l4_xdp {

template <class Options>
Options libbpf_options() {
  Options options;
  std::memset(&options, 0, sizeof options);  // the padding too: libbpf insists
  options.sz = sizeof options;
  return options;
}

}  // namespace evenkeel::engines::l4_xdp
