#include "model/layer7_fallback.h"

#include <algorithm>

namespace evenkeel::model {

const Layer7Service* layer7_fallback(const VirtualService& service, const std::vector<Layer7Service>& layer7_services) {
  const auto& fallback = service.fallback;
  if (fallback.mode != FallbackMode::kServer || !fallback.address || service.ports.ranges().empty()) return nullptr;
  const uint16_t port = fallback.port != 0 ? fallback.port : service.ports.ranges().front().first;
  const Layer7Service* first = nullptr;
  for (const auto& candidate : layer7_services) {
    if (candidate.address != *fallback.address) continue;
    const auto has_port = [port](const auto& range) { return range.first <= port && port <= range.last; };
    if (std::ranges::any_of(candidate.ports.ranges(), has_port)) return &candidate;
    if (first == nullptr) first = &candidate;
  }
  return first;
}

}  // namespace evenkeel::model
