#pragma once
// What holds for the proxy of layer 7 as a whole.

#include <chrono>

namespace evenkeel::model {

struct Layer7Settings {
  std::chrono::seconds old_worker_limit{86400};  // 1 minute to 30 days
  bool operator==(const Layer7Settings&) const = default;
};

}  // namespace evenkeel::model
