#pragma once
// What the proxy of layer 7 should be. Part of desired::State.

#include <cstdint>
#include <vector>

#include "model/layer7_service.h"
#include "model/layer7_settings.h"

namespace evenkeel::desired {

// Whom a real server of layer 7 takes.
enum class Admission {
  kAll,
  kKnown,  // drained: clients that persistence brings back, and what is established
  kNone,   // down, halted or not checked yet; what is established goes on
};

struct Layer7Server {
  Admission admission = Admission::kNone;
  bool ends_connections = false;  // halted: what is established is cut
  bool operator==(const Layer7Server&) const = default;
};

struct Layer7Service {
  model::Layer7Service configuration;
  std::vector<Layer7Server> real_servers;  // one for each of the configuration's
  bool fallback_active = false;            // no real server takes all, and there is a fallback server
  bool operator==(const Layer7Service&) const = default;
};

struct Layer7 {
  std::vector<Layer7Service> services;
  model::Layer7Settings settings = {};
  bool operator==(const Layer7&) const = default;
};

}  // namespace evenkeel::desired
