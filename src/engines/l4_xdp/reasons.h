#pragma once
// Why packets were not simply forwarded, as the data plane counts it: of all, and by virtual service. Used by the
// engine, in any thread.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "bpf/abi.h"
#include "engines/l4_xdp/program.h"
#include "observed/snapshot.h"

namespace evenkeel::engines::l4_xdp {

struct ServiceReasonCount {
  ek_service_reason key{};
  uint64_t packets = 0;
};

// Who has which slot now, by its id.
struct SlotOwner {
  uint32_t generation = 0;
  std::string label;
};
using SlotOwners = std::unordered_map<uint32_t, SlotOwner>;

// By label of the virtual service and name of the reason. Without what was counted of a slot's earlier use, of slots
// without an owner, and of reasons that this version does not know.
std::map<std::pair<std::string, std::string>, uint64_t> by_label(std::span<const ServiceReasonCount> counts,
                                                                 const SlotOwners& owners);
// Was this counted in another use of the slot than the one that its record is of, if it is in use at all?
bool is_of_removed(const ek_service_reason& key, const ek_service& slot);

class ReasonCounts {
 public:
  explicit ReasonCounts(const Program& program);  // must outlive this

  Result<std::vector<observed::Reason>> of_all() const;  // each, in the order of EK_REASONS; without rates
  // Frees the entries of virtual services that are gone.
  Result<std::vector<ServiceReasonCount>> by_service() const;

 private:
  bool is_of_removed(const ek_service_reason& key) const;

  const Program& program_;
};

}  // namespace evenkeel::engines::l4_xdp
