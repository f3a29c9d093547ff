#pragma once
// From what was configured, what health says and what the operator said, to what should be. Pure: no clock, no file,
// no log. Equal inputs give equal states.

#include <map>
#include <string>

#include "desired/state.h"
#include "model/configuration.h"
#include "model/operator_action.h"

namespace evenkeel::desired {

enum class Health { kUnknown, kUp, kDown };

// What a real server's feedback agent says of it.
struct Feedback {
  bool is_down = false;   // as if its check had failed
  bool takes_new = true;  // false: drain or maint
  int percent = 100;      // 0..100 of its weight
  bool operator==(const Feedback&) const = default;
};

struct Inputs {
  const model::Configuration& configuration;
  const std::map<model::RealServerKey, Health>& health;                       // missing: unknown
  const std::map<model::RealServerKey, model::OperatorState>& operator_said;  // missing: online
  const std::map<model::RealServerKey, int>& weight_tenths;  // of a slow start, 1..9; missing: the full weight
  const std::map<std::string, int>& active_tier;  // by label of the virtual service, as last computed; missing: 0
  const std::map<model::RealServerKey, Feedback>& feedback;  // missing: nothing is said
  const Certificates* certificates = nullptr;                // null: there are none
};

State compute(const Inputs& inputs);
Layer7 compute_layer7(const Inputs& inputs);
// One virtual service's part of it, for changes that concern no other.
VirtualService compute_virtual_service(const model::VirtualService& service, const Inputs& inputs);

}  // namespace evenkeel::desired
