#pragma once
// NextHops: where frames for the wanted real servers go, computed from the mirror, and what has to be asked of the
// kernel to keep that fresh. It asks nothing itself.

#include <map>
#include <string>
#include <vector>

#include "engines/network/message.h"
#include "engines/network/mirror.h"
#include "engines/next_hop.h"

namespace evenkeel::engines::network {

// Why direct routing cannot reach that real server; empty when it can. `is_ours`: it is, or is to be, an address of
// the load balancer.
std::string refusal_of(const Mirror& mirror, const IpAddress& address, bool is_ours);

class NextHops {
 public:
  struct Outcome {
    std::vector<NextHop> changed;
    std::vector<Request> requests;
  };

  explicit NextHops(const Mirror& mirror) : mirror_(mirror) {}

  // Those that were wanted before keep what is known about them.
  void want(const std::vector<IpAddress>& addresses);
  Outcome evaluate_all();
  Outcome evaluate(const std::vector<IpAddress>& addresses);  // those of them that are wanted
  // The next ones in turn to be confirmed; as many as make all in `turns` calls.
  std::vector<Request> confirm_some(int turns);
  std::vector<NextHop> all() const;

 private:
  void evaluate_one(NextHop& known, Outcome& outcome) const;

  const Mirror& mirror_;
  std::map<IpAddress, NextHop> hops_;
  IpAddress confirmed_last_;
};

}  // namespace evenkeel::engines::network
