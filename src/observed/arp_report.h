#pragma once
// What the ARP doctor has found on the segment.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "observed/snapshot.h"

namespace evenkeel::observed {

struct Claimant {  // somebody else who says that the virtual address is theirs
  MacAddress mac;
  std::string real_server;  // label; empty: none of ours
  IpAddress address;        // of that real server; unspecified: none of ours
};

struct KeeperStatus {                        // a real server that has to carry the virtual address
  std::string virtual_service, real_server;  // labels
  IpAddress address;
  std::optional<Lamp> path;     // none: not checked
  uint64_t half_open = 0;       // connections that stay in SYN_RECV: what the ARP problem looks like
  bool claims_address = false;  // it answers for the virtual address
  // Half-open connections alone prove nothing: clients give up for reasons of their own.
  bool needs_remedy() const { return claims_address || (path && path->state == Lamp::State::kDown); }
};

struct ArpDiagnosis {
  IpAddress address;      // a virtual one
  std::string interface;  // that carries it; empty: none does
  std::vector<Claimant> claimants;
  std::vector<KeeperStatus> keepers;
  bool is_healthy() const { return claimants.empty() && std::ranges::none_of(keepers, &KeeperStatus::needs_remedy); }
};

}  // namespace evenkeel::observed
