#pragma once
// "N connects, 1 negotiate": how many connects a target still has before its next negotiate. Pure.

#include <map>
#include <tuple>

#include "health/monitor.h"
#include "health/probe.h"

namespace evenkeel::health {

class ConnectCounts {
 public:
  // The first check negotiates, and so does each one after a failure.
  bool is_negotiate_due(const Target& target) const;
  void count(const Target& target, bool was_negotiate, Outcome outcome);

 private:
  using Key = std::tuple<model::RealServerKey, int, IpAddress, uint16_t>;
  static Key key_of(const Target& target) { return {target.key, target.number, target.address, target.port}; }

  std::map<Key, int> connects_left_;
};

}  // namespace evenkeel::health
