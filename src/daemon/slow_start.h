#pragma once
// Slow start: a real server that comes up again gets a tenth of its weight, then two tenths, and so on. Knows no clock:
// it is told the time. A renamed real server has its full weight at once.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "desired/compute.h"

namespace evenkeel::daemon {

class SlowStart {
 public:
  using Health = std::map<model::RealServerKey, desired::Health>;
  using OperatorSaid = std::map<model::RealServerKey, model::OperatorState>;

  // Looks at one virtual service's real servers: who was down or halted and is no longer begins to ramp.
  void observe(const model::VirtualService& service, const Health& health, const OperatorSaid& said, SteadyTime now);
  // Forgets the virtual services of other labels.
  void keep_only(const std::set<std::string>& labels);

  // As last observed, for desired::Inputs.
  const std::map<model::RealServerKey, int>& tenths() const { return tenths_; }
  // The virtual services of which a real server ramps.
  std::set<std::string> ramping() const;
  // When the next real server gets its next tenth; none while nobody ramps.
  std::optional<SteadyTime> next_step(SteadyTime now) const;

 private:
  struct Service {
    std::chrono::seconds length{0};
    // By label. None: it is out, and will ramp when it comes up. Those in full operation are not here.
    std::map<std::string, std::optional<SteadyTime>> began;
  };
  void forget_tenths(const std::string& virtual_service);

  std::map<std::string, Service> services_;  // by label
  std::map<model::RealServerKey, int> tenths_;
};

}  // namespace evenkeel::daemon
