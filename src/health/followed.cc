#include "health/followed.h"

#include <fmt/format.h>

namespace evenkeel::health {

std::string FollowedHealth::reason(const std::string& virtual_service, int quorum) const {
  return fmt::format("{} of {} real servers of {} pass their checks, {} needed", up_, all_, virtual_service, quorum);
}

}  // namespace evenkeel::health
