#pragma once
// Warns before SNAT's source ports run out: with 80 % in use a new connection looks at five ports until it has a free
// one, and there is time to add source addresses. Pure.

#include <map>
#include <string>
#include <vector>

#include "observed/source_ports.h"

namespace evenkeel::daemon {

class SourcePortAlarm {
 public:
  static constexpr uint64_t kBegins = (observed::kSourcePorts * 80 + 99) / 100;  // from so many in use on
  static constexpr uint64_t kEnds = (observed::kSourcePorts * 70 + 99) / 100;    // below

  struct Change {
    model::RealServerKey real_server;
    bool is_scarce = false;
    std::string sentence;
  };

  // Everything that was counted, now; returns for whom it begins or ends.
  std::vector<Change> update(const std::vector<observed::SourcePorts>& counted);
  // Those who are short of source ports, and a sentence about it.
  const std::map<model::RealServerKey, std::string>& scarce() const { return scarce_; }

 private:
  std::map<model::RealServerKey, std::string> scarce_;
};

}  // namespace evenkeel::daemon
