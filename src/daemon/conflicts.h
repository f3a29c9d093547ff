#pragma once
// Who else claims our virtual addresses, as far as it has been heard lately. Pure.

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ip_address.h"

namespace evenkeel::daemon {

class Conflicts {
 public:
  using Claim = std::pair<IpAddress, MacAddress>;

  // A claim was heard. True if it is news.
  bool hear(const Claim& claim, SteadyTime now) { return heard_.insert_or_assign(claim, now).second; }
  // Forgets what was last heard before `since`, and returns it. `address`: only that one's.
  std::vector<Claim> forget_before(SteadyTime since, const std::optional<IpAddress>& address = std::nullopt);
  // Forgets addresses that are not ours any more.
  void keep_only(const std::set<IpAddress>& addresses);

  std::vector<Claim> all() const;
  std::vector<MacAddress> claimants(const IpAddress& address) const;

 private:
  std::map<Claim, SteadyTime> heard_;  // and when last
};

}  // namespace evenkeel::daemon
