#pragma once
// Checks through the virtual address, for direct routing and tunnels: sends what a client would send, by the way that
// clients' packets take, and says whether it is answered. Beside the health engine, which asks real servers at their
// own address. Runs on the control loop.

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "health/monitor.h"
#include "health/path_target.h"
#include "health/path_verdict.h"
#include "health/path_wire.h"

namespace evenkeel::health {

class PathMonitor {
 public:
  // What the monitor asks of the world around it.
  struct Surroundings {
    // kUnavailable: not yet, the MAC address is being asked for. Any other error is shown, and lets clients come.
    std::function<Result<PathWay>(const IpAddress& real_server)> way_to;
    // The label of a real server at another address that has this MAC; empty: none.
    std::function<std::string(const MacAddress& mac, const IpAddress& except)> other_owner_of;
    std::function<Result<std::unique_ptr<PathWire>>(uint16_t block, PathWire::OnPacket on_packet)> open_wire;
  };
  // Called when verdict or pending of a target changes, never from within configure() or recheck().
  using OnChange = std::function<void(const PathStatus&)>;

  PathMonitor(boost::asio::io_context& io, const Clock& clock, Surroundings surroundings, OnChange on_change,
              std::chrono::microseconds second = std::chrono::seconds(1));
  ~PathMonitor();
  PathMonitor(const PathMonitor&) = delete;
  PathMonitor& operator=(const PathMonitor&) = delete;

  // Makes the running checks these. An unchanged target keeps its state and its rhythm; one whose addresses are the
  // same keeps its verdict. Keys are unique.
  void configure(std::vector<PathTarget> targets);
  // What was known before a restart, for targets that are pending. Before or after the first configure().
  void restore(const std::vector<PathStatus>& known);
  // The real server has come back: whatever was known about its path is from before. Pending until it is looked at,
  // which is now.
  void recheck(const model::RealServerKey& key);

  const PathStatus* find(const model::RealServerKey& key) const;  // null: its path is not checked
  std::vector<PathStatus> statuses() const;
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace evenkeel::health
