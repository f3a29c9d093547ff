#include "daemon/conflicts.h"

namespace evenkeel::daemon {

std::vector<Conflicts::Claim> Conflicts::forget_before(SteadyTime since, const std::optional<IpAddress>& address) {
  std::vector<Claim> forgotten;
  for (const auto& [claim, last] : heard_) {
    if (last < since && (!address || claim.first == *address)) forgotten.push_back(claim);
  }
  for (const Claim& claim : forgotten) heard_.erase(claim);
  return forgotten;
}

void Conflicts::keep_only(const std::set<IpAddress>& addresses) {
  std::erase_if(heard_, [&](const auto& entry) { return !addresses.contains(entry.first.first); });
}

std::vector<Conflicts::Claim> Conflicts::all() const {
  std::vector<Claim> claims;
  claims.reserve(heard_.size());
  for (const auto& [claim, last] : heard_) claims.push_back(claim);
  return claims;
}

std::vector<MacAddress> Conflicts::claimants(const IpAddress& address) const {
  std::vector<MacAddress> macs;
  for (auto at = heard_.lower_bound({address, {}}); at != heard_.end() && at->first.first == address; ++at) {
    macs.push_back(at->first.second);
  }
  return macs;
}

}  // namespace evenkeel::daemon
