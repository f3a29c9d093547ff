#pragma once
// NextHops: where frames for the wanted real servers go, computed from the mirror and the kernel's paths, and what has
// to be asked of the kernel to keep that fresh. It asks nothing itself.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engines/network/message.h"
#include "engines/network/mirror.h"
#include "engines/next_hop.h"

namespace evenkeel::engines::network {

// Why direct routing cannot reach that real server; empty when it can. `is_ours`: it is, or is to be, an address of
// the load balancer.
std::string refusal_of(const Mirror& mirror, const IpAddress& address, bool is_ours);
// The same for the other forwarding methods, which go by routers where the kernel does.
std::string refusal_of(const Mirror& mirror, const IpAddress& address, bool is_ours, const std::optional<Path>& path);

class NextHops {
 public:
  struct Outcome {
    std::vector<NextHop> changed;
    std::vector<Request> requests;
  };

  explicit NextHops(const Mirror& mirror) : mirror_(mirror) {}

  // All that are wanted, and those of them that direct routing needs. Those that were wanted before keep what is known
  // about them. Each list sorted and unique.
  void want(const std::vector<IpAddress>& all, const std::vector<IpAddress>& on_link);
  std::vector<IpAddress> wanted() const;
  // Of a wanted one; takes effect with the next evaluation.
  void set_path(const IpAddress& address, const std::optional<Path>& path) { hops_.at(address).path = path; }

  Outcome evaluate_all();
  Outcome evaluate(const std::vector<IpAddress>& neighbours);  // those that frames go to by these neighbours
  // The next neighbours in turn to be confirmed; as many as make all in `turns` calls.
  std::vector<Request> confirm_some(unsigned turns);
  std::vector<NextHop> all() const;

 private:
  using NeighbourKey = std::pair<IpAddress, uint32_t>;  // with its link; many real servers may be behind one router
  struct Known {
    NextHop hop;
    bool is_direct = false;    // wanted on-link, whatever other routing says
    std::optional<Path> path;  // as the kernel last said
    NeighbourKey neighbour;    // link 0: none
  };

  NextHop route(Known& known) const;
  void evaluate_one(Known& known, std::set<NeighbourKey>& asked, Outcome& outcome);
  void hang_on(Known& known, const NeighbourKey& neighbour);

  const Mirror& mirror_;
  std::map<IpAddress, Known> hops_;
  std::map<NeighbourKey, std::set<IpAddress>> by_neighbour_;  // the hops that hang on it
  NeighbourKey confirmed_last_;
};

}  // namespace evenkeel::engines::network
