#pragma once
// Which basic blocks of the XDP program the frames since start() went through. The kernel tells nobody, so the program
// is compiled with a flag for each block (cmake/cover_bpf.sh), and libFuzzer gets the flags as counters of its own.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data_plane.h"

struct bpf_map;

namespace evenkeel::packet {

class Coverage {
 public:
  explicit Coverage(const DataPlane& plane);
  ~Coverage();  // says how many blocks were reached in all, since a short run is to be told from a deep one
  Coverage(const Coverage&) = delete;
  Coverage& operator=(const Coverage&) = delete;

  void start();
  void collect();

 private:
  bpf_map* map_;
  std::vector<uint8_t> flags_;
};

}  // namespace evenkeel::packet
