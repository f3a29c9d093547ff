#pragma once
// Puts the facts together into what the API shows. Pure.

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "daemon/traffic_meter.h"
#include "desired/state.h"
#include "engines/engine.h"
#include "engines/l4_xdp/engine.h"
#include "engines/next_hop.h"
#include "health/feedback_monitor.h"
#include "health/monitor.h"
#include "health/path_verdict.h"
#include "model/configuration.h"
#include "model/operator_action.h"
#include "observed/snapshot.h"

namespace evenkeel::daemon {

struct Facts {
  const model::Configuration& configuration;
  int64_t revision = 0;
  bool read_only = false;
  WallTime now;
  const desired::State& desired;  // of this configuration: same objects, same order
  std::map<model::RealServerKey, health::Status> health;
  std::map<model::RealServerKey, health::PathStatus> paths = {};  // of those whose path is checked
  const std::map<model::RealServerKey, model::OperatorAction>& operator_actions;
  std::map<IpAddress, engines::NextHop> next_hops;
  std::map<std::string, std::string> interfaces;  // virtual service label -> interface that carries its address
  const std::map<std::string, engines::ObjectStatus>& statuses;
  engines::l4_xdp::L4Engine::Counters counters;
  std::vector<observed::Notice> notices;  // of the daemon itself
  const TrafficMeter* traffic = nullptr;  // null: no rates
  std::map<model::RealServerKey, std::string> alarms = {};
  std::map<std::string, std::string> service_alarms = {};                // by label of the virtual service
  std::map<model::RealServerKey, health::FeedbackStatus> feedback = {};  // of those whose agent is asked
  observed::Layer7Report layer7 = {};
};

observed::Snapshot build_snapshot(const Facts& facts);

}  // namespace evenkeel::daemon
