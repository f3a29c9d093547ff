#pragma once
// A target in little memory: what the real servers of a virtual service have in common stands once, for thousands of
// them.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "health/monitor.h"

namespace evenkeel::health {

class SharedTarget {
 public:
  SharedTarget() = default;

  const IpAddress& address() const { return address_; }
  uint16_t port() const { return port_; }
  const model::HealthCheck& check() const { return common_->check; }
  // Address, port and the real server's label are another's.
  const Target& common() const { return *common_; }
  Target whole() const;

 private:
  friend class TargetSharing;

  std::shared_ptr<const Target> common_;
  std::string real_server_;
  IpAddress address_;
  uint16_t port_ = 0;
};

// Makes them of targets that come one after the other, those of a virtual service together.
class TargetSharing {
 public:
  SharedTarget share(Target target);

 private:
  std::vector<std::shared_ptr<const Target>> recent_;  // of one virtual service
};

}  // namespace evenkeel::health
