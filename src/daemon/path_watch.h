#pragma once
// The VIP paths of the configuration's real servers: which are checked, and what they make of a real server's health.
// Owned by the controller; lives on the control loop.

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "desired/compute.h"
#include "engines/next_hop.h"
#include "health/path_monitor.h"
#include "model/configuration.h"

namespace evenkeel::daemon {

// Direct routing and tunnel, unless the check says no, or is no check.
std::vector<health::PathTarget> path_targets(const model::Configuration& configuration);

// A server with a broken path is as good as down, one whose path has not been looked at yet as unknown.
desired::Health with_path(desired::Health server, const health::PathStatus* path);

class PathWatch {
 public:
  using NextHops = std::map<IpAddress, engines::NextHop>;
  // Both outlive it. `configuration` and `next_hops` are looked at whenever a probe starts.
  PathWatch(boost::asio::io_context& io, const Clock& clock, const model::Configuration& configuration,
            const NextHops& next_hops, health::PathMonitor::OnChange on_change);

  void configure() { monitor_.configure(path_targets(configuration_)); }
  health::PathMonitor& monitor() { return monitor_; }
  const health::PathMonitor& monitor() const { return monitor_; }

 private:
  Result<health::PathWay> way_to(const IpAddress& real_server) const;
  std::string other_owner_of(const MacAddress& mac, const IpAddress& except) const;

  const model::Configuration& configuration_;
  const NextHops& next_hops_;
  health::PathMonitor monitor_;
};

}  // namespace evenkeel::daemon
