#pragma once
// Counts SNAT's source ports in the connection table, a page at a time.

#include <compare>
#include <map>
#include <set>

#include "engines/l4_xdp/labels.h"
#include "engines/l4_xdp/program.h"
#include "observed/source_ports.h"

namespace evenkeel::engines::l4_xdp {

class SourcePortCount {
 public:
  // Both outlive this.
  SourcePortCount(const Program& program, const LabelBook& labels) : program_(program), labels_(labels) {}

  // Counts a page; false: that was the last. In any thread, one call after the other.
  Result<bool> count_page();
  // What was counted; the fullest first.
  std::vector<observed::SourcePorts> result() const;

 private:
  struct Key {
    IpAddress source;
    Endpoint destination;
    uint8_t protocol = 0;
    auto operator<=>(const Key&) const = default;
  };
  struct Used {
    uint64_t ports = 0;
    std::set<uint32_t> real_servers;
  };

  const Program& program_;
  const LabelBook& labels_;
  uint64_t position_ = 0;
  std::map<Key, Used> used_;
};

// The most source ports that can be in use for one address of a real server, from the live counts alone: costs a look
// at each real server that there is, and no table.
uint64_t most_source_ports(const SharedArrays& arrays, const LabelBook& labels);

}  // namespace evenkeel::engines::l4_xdp
