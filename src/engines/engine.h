#pragma once
// What every engine is: three verbs. An engine that refuses an object says so about that object; it never stops the
// daemon or another engine. All calls come from the control loop's thread.

#include <string>
#include <vector>

#include "base/result.h"

namespace evenkeel::engines {

// How one object fared. `object` is a path such as "virtual_service/MobilityPrint" or
// "virtual_service/MobilityPrint/real_server/PS1" or "interface/eth0".
struct ObjectStatus {
  enum class State { kApplied, kFailed, kNotice };
  std::string object;
  State state = State::kApplied;
  std::string reason;  // for kFailed and kNotice: one sentence and what to do about it
  bool operator==(const ObjectStatus&) const = default;
};

// Only what is not plainly applied need be listed.
struct ApplyReport {
  std::vector<ObjectStatus> statuses;
  bool has_failures() const {
    for (const auto& status : statuses) {
      if (status.state == ObjectStatus::State::kFailed) return true;
    }
    return false;
  }
};

template <class Want>
class Engine {
 public:
  virtual ~Engine() = default;
  // Would this be accepted? No side effect. Each problem names its object.
  virtual std::vector<ObjectStatus> check(const Want& want) const = 0;
  // Makes it so; idempotent; touches only what differs. An Error means the engine as a whole could not work.
  virtual Result<ApplyReport> apply(const Want& want) = 0;
};

}  // namespace evenkeel::engines
