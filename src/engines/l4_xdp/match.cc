#include "engines/l4_xdp/match.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace evenkeel::engines::l4_xdp {
namespace {

struct Candidate {
  uint32_t shared_ports = 0;
  size_t wanted = 0;
  uint32_t id = 0;
};

class Matching {
 public:
  Matching(const Ledger& ledger, std::span<const desired::VirtualService* const> services)
      : ledger_(ledger), services_(services), ids_(services.size(), 0) {}

  std::vector<uint32_t> run() {
    match_unchanged();
    match_overlapping();
    return std::move(ids_);
  }

 private:
  void match_unchanged() {
    std::unordered_map<std::string_view, uint32_t> by_label;
    for (const auto& [id, in_force] : ledger_.in_force) by_label.emplace(in_force.want.label, id);
    for (size_t wanted = 0; wanted < services_.size(); ++wanted) {
      const auto found = by_label.find(services_[wanted]->label);
      if (found == by_label.end()) continue;
      if (has_same_keys(ledger_.in_force.at(found->second).want, *services_[wanted])) claim(wanted, found->second);
    }
  }

  void match_overlapping() {
    std::vector<Candidate> candidates;
    for (size_t wanted = 0; wanted < services_.size(); ++wanted) {
      if (ids_[wanted] != 0) continue;
      for (const auto& [id, shared] : ledger_.keys.overlaps(*services_[wanted])) {
        if (ledger_.services.contains(id)) candidates.push_back({shared, wanted, id});
      }
    }
    std::ranges::sort(candidates, [](const Candidate& left, const Candidate& right) {
      if (left.shared_ports != right.shared_ports) return left.shared_ports > right.shared_ports;
      return left.wanted != right.wanted ? left.wanted < right.wanted : left.id < right.id;
    });
    for (const Candidate& candidate : candidates) claim(candidate.wanted, candidate.id);
  }

  void claim(size_t wanted, uint32_t id) {
    if (ids_[wanted] == 0 && claimed_.insert(id).second) ids_[wanted] = id;
  }

  const Ledger& ledger_;
  std::span<const desired::VirtualService* const> services_;
  std::vector<uint32_t> ids_;
  std::unordered_set<uint32_t> claimed_;
};

}  // namespace

bool has_same_keys(const desired::VirtualService& left, const desired::VirtualService& right) {
  return left.address == right.address && left.protocol == right.protocol && left.ports == right.ports;
}

std::vector<uint32_t> match_services(const Ledger& ledger, std::span<const desired::VirtualService* const> services) {
  return Matching(ledger, services).run();
}

}  // namespace evenkeel::engines::l4_xdp
