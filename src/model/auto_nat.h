#pragma once
// Whether real servers reach the outside through the load balancer, under its address.

#include <string>
#include <vector>

namespace evenkeel::model {

struct AutoNat {
  bool enabled = false;
  std::vector<std::string> interfaces;  // that they may leave by; none: any
  bool operator==(const AutoNat&) const = default;
};

}  // namespace evenkeel::model
