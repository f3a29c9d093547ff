#include "coverage.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "map_access.h"
#include "skeleton.h"

namespace {

constexpr size_t kMostBlocks = 8192;
// Found by libFuzzer by the name of its section.
__attribute__((section("__libfuzzer_extra_counters"))) std::array<uint8_t, kMostBlocks> counters;
std::array<bool, kMostBlocks> reached;

}  // namespace

namespace evenkeel::packet {

Coverage::Coverage(const DataPlane& plane)
    : map_(bpf_object__find_map_by_name(plane.skeleton().obj, ".data.coverage")) {
  check(map_ != nullptr, "the program was compiled without coverage");
  flags_.resize(bpf_map__value_size(map_));
  check(flags_.size() <= kMostBlocks, "more blocks than counters");
}

Coverage::~Coverage() {
  fprintf(stderr, "blocks of the XDP program reached: %td of %zu\n",
          std::count(reached.begin(), reached.begin() + static_cast<ptrdiff_t>(flags_.size()), true), flags_.size());
}

void Coverage::start() {
  const uint32_t zero = 0;
  std::ranges::fill(flags_, 0);
  check(bpf_map_update_elem(bpf_map__fd(map_), &zero, flags_.data(), BPF_ANY) == 0, "coverage");
}

void Coverage::collect() {
  const uint32_t zero = 0;
  check(bpf_map_lookup_elem(bpf_map__fd(map_), &zero, flags_.data()) == 0, "coverage");
  for (size_t block = 0; block < flags_.size(); ++block) {
    counters[block] = flags_[block];
    reached[block] = reached[block] || flags_[block] != 0;
  }
}

}  // namespace evenkeel::packet
