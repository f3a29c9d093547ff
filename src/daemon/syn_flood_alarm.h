#pragma once
// Notices when the half-open connections of a virtual service reach its limit, where SYNs are taken for a flood's, and
// when they have become fewer again. Pure.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/configuration.h"

namespace evenkeel::daemon {

class SynFloodAlarm {
 public:
  static constexpr uint64_t kEndsAtPercent = 80;  // of the limit: below

  struct Change {
    std::string virtual_service;  // label
    bool is_flooded = false;
    std::string sentence;
  };

  // Half-open connections now, by virtual service; returns for whom it begins or ends.
  std::vector<Change> update(const model::Configuration& configuration,
                             const std::map<std::string, uint64_t>& half_open);
  // Those that are flooded, and a sentence about it.
  const std::map<std::string, std::string>& flooded() const { return flooded_; }

 private:
  std::map<std::string, std::string> flooded_;
};

}  // namespace evenkeel::daemon
